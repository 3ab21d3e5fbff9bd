/** A clock that only jobs advance: each job runs at its time, and the clock shows that time meanwhile. */
export type Agenda = {
  nowMs(): number;
  /**
   * Adds a job. Jobs of the same time run in the order in which they were added. Throws RangeError if the time has
   * passed.
   */
  add(atMs: number, job: () => void): void;
  /** Runs all jobs, including those that jobs add. Returns when none is left. */
  run(): void;
};

type Entry = { atMs: number; order: number; job: () => void };

/** Creates an agenda as a binary heap: adding and taking a job cost the logarithm of the number of jobs. */
export function createAgenda(): Agenda {
  const heap: Entry[] = [];
  let nowMs = 0;
  let order = 0;
  return {
    nowMs: () => nowMs,
    add(atMs, job) {
      if (atMs < nowMs)
        throw new RangeError(`cannot add a job for ${atMs} ms: that time has passed, it is ${nowMs} ms now`);
      push(heap, { atMs, order: order++, job });
    },
    run() {
      for (let next = pop(heap); next; next = pop(heap)) {
        nowMs = next.atMs;
        next.job();
      }
    },
  };
}

const isBefore = (one: Entry, other: Entry) =>
  one.atMs === other.atMs ? one.order < other.order : one.atMs < other.atMs;

function push(heap: Entry[], entry: Entry): void {
  let index = heap.push(entry) - 1;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    if (!isBefore(entry, heap[parent]!)) break;
    heap[index] = heap[parent]!;
    index = parent;
  }
  heap[index] = entry;
}

function pop(heap: Entry[]): Entry | undefined {
  const [first] = heap;
  const last = heap.pop();
  if (last && heap.length > 0) sink(heap, last);
  return first;
}

/** Puts an entry at the root of the heap, and moves it down until both of its children come after it. */
function sink(heap: Entry[], entry: Entry): void {
  let index = 0;
  for (;;) {
    let child = 2 * index + 1;
    if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child += 1;
    if (child >= heap.length || !isBefore(heap[child]!, entry)) break;
    heap[index] = heap[child]!;
    index = child;
  }
  heap[index] = entry;
}
