import kafkajs, { type Broker, type Cluster, type PartitionAssigner } from "kafkajs";

/** The partition whose leader has answered no fetch for the longest time; null before the first assignment. */
export type Silence = { partition: number | null; ms: number };

/**
 * Keeps when the leader of each partition of a topic last answered a fetch, records or none. The time that our own handler takes
 * for what a fetch has brought does not count: nothing is fetched from that leader meanwhile.
 */
export type Fetches = {
  /** Must be an option of the consumer: kafkajs gives its cluster, through which it fetches, to assigners alone. */
  assigner: PartitionAssigner;
  /** These partitions are expected to answer, from now on the ones that were not before. */
  assign(partitions: readonly number[]): void;
  /** Runs the handler of a batch. */
  handle(partition: number, work: () => Promise<void>): Promise<void>;
  longest(): Silence;
};

/** One answer of a leader. There was no other `since` it came, or since the last handler of its batches ended. */
type Answer = { since: number; handlers: number };

/** `now` in ms of any epoch; time in which the process did not run should not count. */
export function createFetches(topic: string, now: () => number): Fetches {
  const answers = new Map<number, Answer>();
  const began = now();
  const note = (partitions: readonly number[]) => {
    const answer = { since: now(), handlers: 0 };
    for (const partition of partitions) answers.set(partition, answer);
  };
  return {
    assigner: (config) => {
      watchFetches(config.cluster, topic, note);
      return kafkajs.PartitionAssigners.roundRobin(config);
    },
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

/**
 * Notes the partitions of each fetch that succeeds. The instrumentation events of kafkajs cannot say this: FETCH also comes after a fetch
 * that failed, REQUEST also for an answer that is an error, and neither names partitions. kafkajs throws where any partition of an
 * answer has an error, and asks only the broker that it takes for the leader.
 */
function watchFetches(cluster: Cluster, topic: string, note: (partitions: number[]) => void): void {
  const findBroker = cluster.findBroker.bind(cluster);
  const watched = new WeakSet<Broker>();
  cluster.findBroker = async (node) => {
    const broker = await findBroker(node);
    if (watched.has(broker)) return broker;
    watched.add(broker);
    const fetch = broker.fetch.bind(broker);
    broker.fetch = async (request) => {
      const response = await fetch(request);
      const asked = request.topics.filter((each) => each.topic === topic);
      note(asked.flatMap(({ partitions }) => partitions.map(({ partition }) => partition)));
      return response;
    };
    return broker;
  };
}
