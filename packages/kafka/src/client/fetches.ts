/** The partition whose leader has answered no fetch for the longest time; null before the first assignment. */
export type Silence = { partition: number | null; ms: number };

/**
 * Records when the leader of each partition last answered a fetch, with or without records. The time that our own
 * handler takes for the fetched records does not count, because nothing is fetched from that leader meanwhile.
 */
export type Fetches = {
  /** Records that a fetch of these partitions was answered. */
  answered(partitions: readonly number[]): void;
  /** Sets the partitions that are expected to answer. The silence of added partitions counts from now on. */
  assign(partitions: readonly number[]): void;
  /** Runs the handler of a batch, whose time does not count. */
  handle(partition: number, work: () => Promise<void>): Promise<void>;
  longest(): Silence;
};

/**
 * The last answer of a leader. `since` is when it came or when the last handler of its batches ended. `handlers` is the
 * number of handlers that run now.
 */
type Answer = { since: number; handlers: number };

/** `now` returns ms since any epoch. It should not count time in which the process did not run. */
export function createFetches(now: () => number): Fetches {
  const answers = new Map<number, Answer>();
  const began = now();
  const note = (partitions: readonly number[]) => {
    const answer = { since: now(), handlers: 0 };
    for (const partition of partitions) answers.set(partition, answer);
  };
  return {
    answered: note,
    assign(partitions) {
      for (const known of answers.keys()) if (!partitions.includes(known)) answers.delete(known);
      note(partitions.filter((partition) => !answers.has(partition)));
    },
    async handle(partition, work) {
      const answer = answers.get(partition) ?? { since: now(), handlers: 0 };
      answer.handlers += 1;
      await work().finally(() => {
        answer.handlers -= 1;
        answer.since = now();
      });
    },
    longest: () => longestOf(answers, now(), began),
  };
}

function longestOf(answers: ReadonlyMap<number, Answer>, now: number, began: number): Silence {
  if (answers.size === 0) return { partition: null, ms: now - began };
  const silences = [...answers].map(([partition, { since, handlers }]) => ({
    partition,
    ms: handlers > 0 ? 0 : now - since,
  }));
  return silences.reduce((longest, each) => (each.ms > longest.ms ? each : longest));
}
