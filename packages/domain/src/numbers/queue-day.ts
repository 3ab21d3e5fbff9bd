import type { Window } from "../time/window.ts";
import {
  addVisit,
  type CountedCall,
  createTally,
  numbersOf,
  type QueueNumbers,
  type QueuePromise,
  type Tally,
} from "./queue-numbers.ts";
import { addTraffic, talkOf } from "./traffic.ts";

/** The length of a slice: a quarter of an hour, by which call centres plan their shifts. */
export const SLICE_MS = 15 * 60_000;

/** The numbers of a part of the day. The number of waiting callers exists only for the present. */
export type SliceNumbers = Omit<QueueNumbers, "waiting" | "waiting_since"> & { from: Date };

/**
 * Returns the numbers of countQueues for each slice of the window, from its beginning until now. They are those of all
 * queues, or of one; null means the visits and calls without a queue. A slice is SLICE_MS of elapsed time, even if
 * clocks change meanwhile; its end belongs to the next slice. The last slice is the current one, and ends with the
 * window. Pure, in one pass.
 */
export function countQueueDay(
  calls: Iterable<CountedCall>,
  asked: {
    window: Window;
    now: Date;
    promiseOf: (queue: string | null) => QueuePromise;
    queue?: string | null;
  },
): SliceNumbers[] {
  const { queue, promiseOf } = asked;
  const slices = cutWindow(asked.window, asked.now);
  const tallies = slices.map(createTally);
  const isAsked = (each: string | null) => queue === undefined || each === queue;
  for (const call of calls) {
    if (call.counted_as !== "inbound") {
      for (const n of slicesOf(slices, timesOf(call)))
        addTraffic(call, slices[n]!, (each) => (isAsked(each) ? [tallies[n]!.traffic] : []));
      continue;
    }
    for (const visit of call.legs) {
      if (!isAsked(visit.queue)) continue;
      const { entered_at, answered_at, talked_until, ended_at } = visit;
      for (const n of slicesOf(slices, [entered_at, answered_at, talked_until, ended_at]))
        addVisit(tallies[n]!, visit, slices[n]!, promiseOf(visit.queue));
    }
  }
  return slices.map(({ from }, n) => sliceNumbers(from, tallies[n]!));
}

/** All moments at which an outbound or internal call counts. */
const timesOf = (call: CountedCall): (Date | null)[] => [
  call.began_at,
  call.connected_at,
  talkOf(call)?.to ?? null,
  ...call.legs.map(({ ended_at }) => ended_at),
];

/** The indexes of the slices that contain these moments, each once. */
function slicesOf(slices: readonly Window[], times: readonly (Date | null)[]): Set<number> {
  const found = new Set(times.map((at) => sliceAt(slices, at)));
  found.delete(-1);
  return found;
}

/** Divides the window into slices without a gap. The last one contains now, and ends with the window. */
function cutWindow({ from, to }: Window, now: Date): Window[] {
  const count = Math.max(1, Math.ceil((now.getTime() + 1 - from.getTime()) / SLICE_MS));
  const begin = (n: number) => new Date(from.getTime() + n * SLICE_MS);
  return Array.from({ length: count }, (_, n) => ({
    from: begin(n),
    to: n === count - 1 ? to : begin(n + 1),
  }));
}

/** The index of the slice; -1 for null, and for a moment before the first slice. */
function sliceAt(slices: readonly Window[], at: Date | null): number {
  if (!at) return -1;
  const elapsed = at.getTime() - slices[0]!.from.getTime();
  return Math.max(-1, Math.min(Math.floor(elapsed / SLICE_MS), slices.length - 1));
}

function sliceNumbers(from: Date, tally: Tally): SliceNumbers {
  const { waiting: _now, waiting_since: _since, ...numbers } = numbersOf(tally);
  return { from, ...numbers };
}
