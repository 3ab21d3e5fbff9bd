import { appendFileSync, existsSync, readFileSync } from "node:fs";

/** One start of a stack or of a gateway. `ms` is its time until it was ready. */
export type Start = { what: "stack" | "gateway"; ms: number };

/** The environment variable with the file for the starts of a whole test run. The runner sets it. */
export const STARTS_FILE = "STARTS_FILE";

/** Returns the result of `open`, and records its time if a test run asks for it. */
export async function timedStart<T>(what: Start["what"], open: () => Promise<T>): Promise<T> {
  const began = performance.now();
  const opened = await open();
  const file = process.env[STARTS_FILE];
  if (file) appendFileSync(file, `${JSON.stringify({ what, ms: performance.now() - began })}\n`);
  return opened;
}

export function readStarts(file: string): Start[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return lines.map((line) => JSON.parse(line) as Start);
}
