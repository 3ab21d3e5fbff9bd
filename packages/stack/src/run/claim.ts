import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commandLine } from "../process/pids.ts";
import { CannotStart } from "../stack.ts";

/**
 * Makes this process the only one that runs in `dir`. Returns a function that releases it. Throws CannotStart if
 * another process runs there.
 */
export function claim(dir: string): () => void {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, "pid");
  if (!create(file)) {
    const pid = holder(file);
    if (pid !== null)
      throw new CannotStart(`another start runs in this checkout (process ${pid}): stop it first`);
    rmSync(file, { force: true });
    if (!create(file)) throw new CannotStart("another start has just begun in this checkout: stop it first");
  }
  return () => rmSync(file, { force: true });
}

/** Creates the file and never overwrites it, so that one of two processes fails. */
function create(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/**
 * Returns the process that holds the file. Null if it has died, even if its number belongs to another process by now.
 */
function holder(file: string): number | null {
  const pid = Number(readFileSync(file, "utf8"));
  return commandLine(pid)?.includes("start.ts") ? pid : null;
}
