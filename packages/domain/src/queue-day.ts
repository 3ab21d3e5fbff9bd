import {
  addLeg,
  type CountedCall,
  createTally,
  numbersOf,
  type QueueNumbers,
  type QueuePromise,
  type Tally,
  type Window,
} from "./queue-numbers.ts";

/** A quarter of an hour: what call centres plan their shifts by. */
export const SLICE_MS = 15 * 60_000;

/** The numbers of a part of the day; who waits is a number of now alone. */
export type SliceNumbers = Omit<QueueNumbers, "waiting" | "waiting_since"> & { from: Date };

/**
 * The same numbers as countQueues, for each slice of the window from its beginning until now: of all queues, or of one (null = the
 * legs without a queue). A slice is SLICE_MS of elapsed time, whatever the clocks do meanwhile; its end belongs to the next one.
 * The last slice is the one that goes on: it ends with the window. Pure, and in one pass.
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
  for (const { legs } of calls)
    for (const leg of legs) {
      if (queue !== undefined && leg.queue !== queue) continue;
      const touched = new Set([sliceAt(slices, leg.entered_at), sliceAt(slices, leg.ended_at)]);
      for (const n of touched) {
        const slice = slices[n];
        if (slice) addLeg(tallies[n]!, leg, slice, promiseOf(leg.queue));
      }
    }
  return slices.map(({ from }, n) => sliceNumbers(from, tallies[n]!));
}

/** Slices that cover the window without a gap, the last one from within a slice's length before now until its end. */
function cutWindow({ from, to }: Window, now: Date): Window[] {
  const count = Math.max(1, Math.ceil((now.getTime() + 1 - from.getTime()) / SLICE_MS));
  const begin = (n: number) => new Date(from.getTime() + n * SLICE_MS);
  return Array.from({ length: count }, (_, n) => ({
    from: begin(n),
    to: n === count - 1 ? to : begin(n + 1),
  }));
}

/** -1 for what is before all of them, or never. */
function sliceAt(slices: readonly Window[], at: Date | null): number {
  if (!at) return -1;
  const elapsed = at.getTime() - slices[0]!.from.getTime();
  return Math.min(Math.floor(elapsed / SLICE_MS), slices.length - 1);
}

function sliceNumbers(from: Date, tally: Tally): SliceNumbers {
  const { waiting: _now, waiting_since: _since, ...numbers } = numbersOf(tally);
  return { from, ...numbers };
}
