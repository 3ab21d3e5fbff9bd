import { existsSync } from "node:fs";
import { appendFile, mkdir, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import type { Result } from "./result.ts";

/** A file with the results of campaigns, one a line, which add up over several runs. */
export type Ledger = {
  read(): Promise<Result[]>;
  add(result: Result): Promise<void>;
  clear(): Promise<void>;
};

export const openLedger = (path: string): Ledger => ({
  read: async () => {
    if (!existsSync(path)) return [];
    const lines = (await readFile(path, "utf8")).split("\n").filter(Boolean);
    // lines of earlier versions have no phases
    return lines.map((line): Result => ({ phases: [], ...JSON.parse(line) }));
  },
  add: async (result) => {
    await mkdir(dirname(path), { recursive: true });
    await appendFile(path, `${JSON.stringify(result)}\n`);
  },
  clear: () => rm(path, { force: true }),
});
