import type { Call } from "../call/folded-call.ts";
import { msOf, type Timed } from "../time/moment.ts";

/** A stretch of time. A missing end is open. */
export type CallWindow = { since?: Date; until?: Date };

/** The order of calls, newest first: by the number of the call, or by its beginning and then by the number. */
export type CallOrder = "id" | "began_at";

/**
 * Returns whether a call is in a window. In the order of `began_at`, the call began in the window. In the order of ids,
 * one of its events was received in the window, or the call lasted through it.
 */
export const isInWindow = (
  { began_at, created_at, updated_at }: Timed<Pick<Call, "began_at" | "created_at" | "updated_at">>,
  { since, until }: CallWindow,
  order: CallOrder = "id",
): boolean =>
  order === "began_at"
    ? (!since || msOf(began_at) >= since.getTime()) && (!until || msOf(began_at) < until.getTime())
    : (!since || msOf(updated_at) >= since.getTime()) && (!until || msOf(created_at) < until.getTime());

/** Compares two calls so that the newer one comes first. */
export const byOrder =
  (order: CallOrder) =>
  (one: Pick<Call, "id" | "began_at">, other: Pick<Call, "id" | "began_at">): number =>
    (order === "began_at" ? other.began_at.getTime() - one.began_at.getTime() : 0) || other.id - one.id;
