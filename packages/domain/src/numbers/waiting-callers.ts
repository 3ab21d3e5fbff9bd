import type { FoldedCall } from "../call/folded-call.ts";
import { isPresumedLost } from "../call/presumed-lost.ts";
import { openVisitOf } from "../call/visits.ts";
import { msOf, type Timed } from "../time/moment.ts";

/** The fields of a call that show whether its caller waits. */
export type WaitableCall = Pick<
  FoldedCall,
  | ("aggregate_id" | "state" | "updated_at" | "counted_as" | "queue" | "waiting_since" | "legs")
  | ("their_number" | "their_number_display")
>;

/** A caller who waits. */
export type WaitingCaller = {
  aggregate_id: string;
  their_number: string | null;
  their_number_display: string | null;
  /** The queue of the open visit, or else the last queue that the call named. */
  queue: string | null;
  entered_at: Date;
};

/** A waiting caller whose times have the same type as in the call. */
type WaitingCallerOf<C extends Timed<WaitableCall>> = Omit<WaitingCaller, "entered_at"> & {
  entered_at: NonNullable<C["waiting_since"]>;
};

/** Returns whether an inbound caller waits according to the events of the call. The call may still be presumed lost. */
export const isWaiting = ({
  counted_as,
  waiting_since,
}: Timed<Pick<FoldedCall, "counted_as" | "waiting_since">>): boolean =>
  counted_as === "inbound" && waiting_since !== null;

/** Every inbound caller who waits, the longest wait first. */
export function listWaiting<C extends Timed<WaitableCall>>(
  calls: Iterable<C>,
  now: Date,
): WaitingCallerOf<C>[] {
  const waiting = [...calls].filter((call) => isWaiting(call) && !isPresumedLost(call, now));
  return waiting
    .map(({ aggregate_id, their_number, their_number_display, legs, queue, waiting_since }) => ({
      aggregate_id,
      their_number,
      their_number_display,
      queue: openVisitOf(legs)?.queue ?? queue,
      entered_at: waiting_since!,
    }))
    .sort((one, other) => msOf(one.entered_at) - msOf(other.entered_at));
}
