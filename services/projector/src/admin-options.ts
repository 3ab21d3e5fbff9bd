import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";

/**
 * The file to which `pnpm start` writes the addresses of its services. USUAL_URL is used if the file does not exist.
 */
const ADDRESSES_FILE = join(import.meta.dirname, "../../../.run/addresses.json");
const USUAL_URL = "http://127.0.0.1:3335";

/** Adds the options for the projector's admin API: `--url`, `--token` and `--json`. */
export const withDoor = (command: Command, env: NodeJS.ProcessEnv): Command =>
  command
    .option("--url <url>", "address of the projector's admin API", parseUrl, readUrl())
    .addOption(
      new Option("--token <token>", "sent as Bearer").default(firstToken(env.ADMIN_TOKEN), "$ADMIN_TOKEN"),
    )
    .option("--json", "JSON instead of text");

function readUrl(): string {
  try {
    return JSON.parse(readFileSync(ADDRESSES_FILE, "utf8")).projector ?? USUAL_URL;
  } catch {
    return USUAL_URL;
  }
}

/** Returns the first of the listed tokens. While a token is being replaced, the API accepts the old and the new one. */
const firstToken = (list: string | undefined): string | undefined =>
  list
    ?.split(",")
    .map((token) => token.trim())
    .find(Boolean);

function parseUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new InvalidArgumentError("must be an http or https URL.");
  return text;
}

export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("must be a whole number of at least 1.");
  return Number(text);
}
