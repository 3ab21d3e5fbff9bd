import type { FoldedCall } from "./call.ts";
import { isPresumedLost } from "./queue-numbers.ts";
import { openVisitOf } from "./visits.ts";

/** The parts of a call that say whether its caller waits. */
export type WaitableCall = Pick<
  FoldedCall,
  | ("aggregate_id" | "state" | "updated_at" | "began_at" | "counted_as" | "queue" | "legs" | "talks")
  | ("their_number" | "their_number_display")
>;

/** A caller who waits. */
export type Waiting = {
  aggregate_id: string;
  their_number: string | null;
  their_number_display: string | null;
  queue: string | null;
  entered_at: Date;
};

/**
 * Every inbound caller who waits, the longest wait first: in a queue and not answered, or in state WAITING with no agent on the call.
 * The latter has left its queue by an overflow, and waits since then.
 */
export function listWaiting(calls: Iterable<WaitableCall>, now: Date): Waiting[] {
  const waiting: Waiting[] = [];
  for (const call of calls) {
    if (call.counted_as !== "inbound" || call.state === "FINISHED" || isPresumedLost(call, now)) continue;
    const place = placeOf(call);
    const { aggregate_id, their_number, their_number_display } = call;
    if (place) waiting.push({ aggregate_id, their_number, their_number_display, ...place });
  }
  return waiting.sort((one, other) => one.entered_at.getTime() - other.entered_at.getTime());
}

function placeOf({
  state,
  legs,
  talks,
  queue,
  began_at,
}: WaitableCall): Pick<Waiting, "queue" | "entered_at"> | null {
  const open = openVisitOf(legs);
  if (open && !open.answered_at) return { queue: open.queue, entered_at: open.entered_at };
  const hasAgent = talks.some(({ ended_at }) => !ended_at);
  if (state !== "WAITING" || open || hasAgent) return null;
  return { queue, entered_at: legs.at(-1)?.ended_at ?? began_at };
}
