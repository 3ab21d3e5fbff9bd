import { CannotStart, type Provider } from "../stack.ts";

const PROVIDERS: readonly Provider[] = ["external", "containers", "local"];

export type Choice = { provider: Provider; why: string };

export type Circumstances = {
  /** The provider requested by an option or STACK. */
  wanted: string | undefined;
  addressesGiven: boolean;
  /**
   * Returns the reason why containers cannot be used, or null if they can. Called only if it matters, because it takes
   * a moment.
   */
  containersFault(): Promise<string | null>;
};

/** Returns the requested provider, else the first that works. Throws CannotStart for an unknown name. */
export async function chooseProvider(circumstances: Circumstances): Promise<Choice> {
  const { wanted, addressesGiven, containersFault } = circumstances;
  if (wanted) return { provider: known(wanted), why: "requested" };
  if (addressesGiven) return { provider: "external", why: "all three addresses are set" };
  const fault = await containersFault();
  if (fault === null)
    return { provider: "containers", why: "a Docker engine has the images or can pull them" };
  return { provider: "local", why: fault };
}

function known(wanted: string): Provider {
  const provider = PROVIDERS.find((name) => name === wanted);
  if (!provider) throw new CannotStart(`STACK must be one of ${PROVIDERS.join(", ")}, not ${wanted}`);
  return provider;
}
