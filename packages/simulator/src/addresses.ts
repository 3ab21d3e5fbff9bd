import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The file with the addresses of a running `pnpm start`. */
const ADDRESSES_FILE = join(import.meta.dirname, "../../../.run/addresses.json");
/** The default addresses of `pnpm start` and of compose, used if their ports were free. */
const USUAL = { webhook: "http://127.0.0.1:3333/webhook", dashboard: "http://127.0.0.1:4000" };

export type ServiceAddresses = typeof USUAL;

/** Reads the addresses of the running gateway. Returns the default ones if none was started from this checkout. */
export function readAddresses(file = ADDRESSES_FILE): ServiceAddresses {
  try {
    return { ...USUAL, ...JSON.parse(readFileSync(file, "utf8")) };
  } catch {
    return USUAL;
  }
}

/** Returns the first of a list of tokens. While one replaces another, either is accepted. */
export const firstToken = (list: string | undefined): string | undefined =>
  list
    ?.split(",")
    .map((token) => token.trim())
    .find(Boolean);
