import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Where `pnpm start` writes what it serves. */
const ADDRESSES_FILE = join(import.meta.dirname, "../../../.run/addresses.json");
/** The ports of `pnpm start` and of compose, where nothing was in their way. */
const USUAL = { webhook: "http://127.0.0.1:3333/webhook", dashboard: "http://127.0.0.1:4000" };

export type ServiceAddresses = typeof USUAL;

/** The addresses of the running gateway; the usual ones where none was started from this checkout. */
export function readAddresses(file = ADDRESSES_FILE): ServiceAddresses {
  try {
    return { ...USUAL, ...JSON.parse(readFileSync(file, "utf8")) };
  } catch {
    return USUAL;
  }
}

/** The first of a list of tokens: while one replaces another, either opens the door. */
export const firstToken = (list: string | undefined): string | undefined =>
  list
    ?.split(",")
    .map((token) => token.trim())
    .find(Boolean);
