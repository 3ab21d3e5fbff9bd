import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { commandLine } from "../process/pids.ts";
import { CannotStart } from "../stack.ts";

/** Makes this process the one that runs in `dir`; gives the way to let go. Throws CannotStart where another does. */
export function claim(dir: string): () => void {
  mkdirSync(dir, { recursive: true });
  const file = join(dir, "pid");
  if (!create(file)) {
    const pid = holder(file);
    if (pid !== null)
      throw new CannotStart(`it runs already in this checkout (process ${pid}): stop that one first`);
    rmSync(file, { force: true });
    if (!create(file)) throw new CannotStart("another start has just begun in this checkout");
  }
  return () => rmSync(file, { force: true });
}

/** Made, not overwritten: of two at once one fails. */
function create(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/** The process that holds it; null where that has died and its number is free, or another's by now. */
function holder(file: string): number | null {
  const pid = Number(readFileSync(file, "utf8"));
  return commandLine(pid)?.includes("start.ts") ? pid : null;
}
