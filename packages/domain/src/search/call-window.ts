import type { Call } from "../call/folded-call.ts";

/** A stretch of time; an end that is not named is open. */
export type CallWindow = { since?: Date; until?: Date };

/** Newest first: by the number of the call, or by when it began and then by the number. */
export type CallOrder = "id" | "began_at";

/**
 * Whether a call is in a window. In the order of began_at, it began within. In the order of ids, it had an event received within or
 * goes on through it.
 */
export const isInWindow = (
  { began_at, created_at, updated_at }: Pick<Call, "began_at" | "created_at" | "updated_at">,
  { since, until }: CallWindow,
  order: CallOrder = "id",
): boolean =>
  order === "began_at"
    ? (!since || began_at >= since) && (!until || began_at < until)
    : (!since || updated_at >= since) && (!until || created_at < until);

/** Compares two calls so that the newer one comes first. */
export const byOrder =
  (order: CallOrder) =>
  (one: Pick<Call, "id" | "began_at">, other: Pick<Call, "id" | "began_at">): number =>
    (order === "began_at" ? other.began_at.getTime() - one.began_at.getTime() : 0) || other.id - one.id;
