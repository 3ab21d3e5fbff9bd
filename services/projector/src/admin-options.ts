import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";

/** Where `pnpm start` writes what it serves, and where the projector listens otherwise. */
const ADDRESSES_FILE = join(import.meta.dirname, "../../../.run/addresses.json");
const USUAL_URL = "http://127.0.0.1:3335";

/** Adds how the projector's admin API is reached: `--url`, `--token`, and `--json`. */
export const withDoor = (command: Command, env: NodeJS.ProcessEnv): Command =>
  command
    .option("--url <url>", "the projector's admin API", parseUrl, readUrl())
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

/** While one token replaces another, either opens the door. */
const firstToken = (list: string | undefined): string | undefined =>
  list
    ?.split(",")
    .map((token) => token.trim())
    .find(Boolean);

function parseUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:/.test(text))
    throw new InvalidArgumentError("must be an http(s) URL.");
  return text;
}

export function parseCount(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError("must be a whole number, 1 or more.");
  return Number(text);
}
