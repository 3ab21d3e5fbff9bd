import { msOf, type Timed } from "../time/moment.ts";
import type { FoldedCall } from "./folded-call.ts";

/** A call without an event for so long has lost its call.finished: no caller waits four hours. */
export const PRESUMED_LOST_MS = 4 * 3_600_000;

/** Whether an unfinished call has been silent for too long. Such a call is marked and counts in no present number; it never changes. */
export const isPresumedLost = (
  { state, updated_at }: Timed<Pick<FoldedCall, "state" | "updated_at">>,
  now: Date,
): boolean => state !== "FINISHED" && now.getTime() - msOf(updated_at) >= PRESUMED_LOST_MS;
