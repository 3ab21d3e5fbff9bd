import { msOf, type Timed } from "../time/moment.ts";
import type { FoldedCall } from "./folded-call.ts";

/** A call without an event for this long is presumed to have lost its call.finished: no caller waits four hours. */
export const PRESUMED_LOST_MS = 4 * 3_600_000;

/**
 * Returns whether an unfinished call has had no event for too long. The call is then marked, and no current number
 * includes it. The stored call does not change.
 */
export const isPresumedLost = (
  { state, updated_at }: Timed<Pick<FoldedCall, "state" | "updated_at">>,
  now: Date,
): boolean => state !== "FINISHED" && now.getTime() - msOf(updated_at) >= PRESUMED_LOST_MS;
