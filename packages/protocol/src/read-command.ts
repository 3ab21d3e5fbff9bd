import type { z } from "zod/mini";
import { COMMANDS, type CommandData } from "./commands.ts";
import { isPlainObject } from "./schemas/parameters.ts";
import type { CommandName } from "./types/messages.ts";

/**
 * Reads the parameters of a command. A fault is a text for the client: it names the parameter and says what it must be.
 * Null and undefined are the same as no parameters.
 */
export function readCommand<N extends CommandName>(
  event: N,
  data: unknown,
): { data: CommandData<N> } | { fault: string } {
  const given = data ?? {};
  if (!isPlainObject(given)) return { fault: "data must be an object" };
  const read = COMMANDS[event].data.safeParse(given);
  return read.success ? { data: read.data as CommandData<N> } : { fault: explain(read.error.issues) };
}

/** Describes the first fault. Unknown parameters come before wrong ones. */
function explain(issues: readonly z.core.$ZodIssue[]): string {
  const strays = issues.filter(({ code }) => code === "unrecognized_keys");
  const [stray] = strays.toSorted((one, other) => one.path.length - other.path.length);
  const { path, message } = stray ?? issues[0]!;
  const name = path.at(-1) ?? (stray && "data");
  return name === undefined ? message : `${String(name)} ${message}`;
}
