import type { Broker, Cluster } from "kafkajs";

export type FetchListeners = {
  /** A leader has answered a fetch of these partitions, with records or none. */
  onAnswer(topics: readonly { topic: string; partitions: readonly { partition: number }[] }[]): void;
  /** A fetch failed, or a broker could not be reached: kafkajs tries again without a word. */
  onFailure(): void;
};

/**
 * Watches the fetches of a consumer. The instrumentation events of kafkajs cannot say this: FETCH also comes after a fetch that failed,
 * REQUEST also for an answer that is an error, and neither names partitions. kafkajs throws if any partition of an answer
 * has an error, and asks only the broker that it takes for the leader.
 */
export function watchFetches(cluster: Cluster, { onAnswer, onFailure }: FetchListeners): void {
  const orFail = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } catch (error) {
      onFailure();
      throw error;
    }
  };
  const findBroker = cluster.findBroker.bind(cluster);
  cluster.findBroker = async (node) => {
    const broker = await orFail(findBroker(node));
    const fetch: Broker["fetch"] = async (request) => {
      const answer = await orFail(broker.fetch(request));
      onAnswer(request.topics);
      return answer;
    };
    return Object.assign(Object.create(broker) as Broker, { fetch });
  };
}
