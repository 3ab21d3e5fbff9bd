import type { Call } from "./call.ts";

/** A stretch of time; an end that is not named is open. */
export type CallWindow = { since?: Date; until?: Date };

/** Whether a call had an event in the window or goes on through it: it began before its end, and changed after its begin. */
export const isInWindow = (
  { created_at, updated_at }: Pick<Call, "created_at" | "updated_at">,
  { since, until }: CallWindow,
): boolean => (!since || updated_at >= since) && (!until || created_at < until);
