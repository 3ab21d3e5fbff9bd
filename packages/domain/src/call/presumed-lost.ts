import type { FoldedCall } from "./folded-call.ts";

/** A call without an event for so long has lost its call.finished: nobody waits four hours. */
export const PRESUMED_LOST_MS = 4 * 3_600_000;

/** Not finished and silent for too long: marked and left out of what goes on now, never changed. */
export const isPresumedLost = (call: Pick<FoldedCall, "state" | "updated_at">, now: Date): boolean =>
  call.state !== "FINISHED" && now.getTime() - call.updated_at.getTime() >= PRESUMED_LOST_MS;
