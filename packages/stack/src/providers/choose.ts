import { CannotStart, type Provider } from "../stack.ts";

const PROVIDERS: readonly Provider[] = ["external", "containers", "local"];

export type Choice = { provider: Provider; why: string };

export type Circumstances = {
  /** What was asked for, by an option or STACK. */
  wanted: string | undefined;
  addressesGiven: boolean;
  /** Why containers cannot be used; null where they can. Asked only when it matters: it takes a moment. */
  containersFault(): Promise<string | null>;
};

/** The provider that was asked for, else the first that works. Throws CannotStart for a name that is none. */
export async function chooseProvider(circumstances: Circumstances): Promise<Choice> {
  const { wanted, addressesGiven, containersFault } = circumstances;
  if (wanted) return { provider: known(wanted), why: "asked for" };
  if (addressesGiven) return { provider: "external", why: "all three addresses are set" };
  const fault = await containersFault();
  if (fault === null) return { provider: "containers", why: "a Docker engine with the images is here" };
  return { provider: "local", why: fault };
}

function known(wanted: string): Provider {
  const provider = PROVIDERS.find((name) => name === wanted);
  if (!provider) throw new CannotStart(`STACK must be one of ${PROVIDERS.join(", ")}, not ${wanted}`);
  return provider;
}
