import { sleep } from "@teravoz/runtime";
import type { Broker, Cluster } from "kafkajs";

export type FetchListeners = {
  /** Called when a leader has answered a fetch of these partitions, with or without records. */
  onAnswer(topics: readonly { topic: string; partitions: readonly { partition: number }[] }[]): void;
  /** Called when a fetch failed or a broker could not be reached. kafkajs retries without reporting it. */
  onFailure(): void;
};

/**
 * Errors about the leader of the partitions. After some of them kafkajs joins the group again, which stops every
 * member. After the others it stops all its fetches and asks the same broker until the metadata is a minute old.
 */
const LEADER_ERRORS = new Set([
  "NOT_LEADER_FOR_PARTITION",
  "LEADER_NOT_AVAILABLE",
  "FENCED_LEADER_EPOCH",
  "UNKNOWN_LEADER_EPOCH",
  "KafkaJSConnectionError",
  "KafkaJSConnectionClosedError",
  "KafkaJSRequestTimeoutError",
]);

const isOfLeader = (error: unknown) =>
  LEADER_ERRORS.has(Object(error).type) || LEADER_ERRORS.has(Object(error).name);

/** The error for kafkajs after a failure of the leader. With this name kafkajs only fetches from the broker again. */
class LeaderAway extends Error {
  override name = "KafkaJSConnectionClosedError";
}

/** The pause before the next fetch, because an election takes seconds. */
const PAUSE_MS = 250;

/**
 * Watches the fetches of a consumer. The instrumentation events of kafkajs are not enough: FETCH is also emitted after
 * a failed fetch, REQUEST also for an answer that is an error, and neither names partitions. kafkajs throws if any
 * partition of an answer has an error, and asks only the broker that it believes to be the leader. After a fetch that
 * failed because of its leader, the leaders are looked up, and the fetches from other brokers continue meanwhile.
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
      const answer = await orFail(broker.fetch(request)).catch(async (cause) => {
        if (!isOfLeader(cause)) throw cause;
        await Promise.all([cluster.refreshMetadata().catch(() => {}), sleep(PAUSE_MS)]);
        throw new LeaderAway("the leader did not answer a fetch", { cause });
      });
      onAnswer(request.topics);
      return answer;
    };
    return Object.assign(Object.create(broker) as Broker, { fetch });
  };
}
