import type { LetterFile } from "@teravoz/domain";
import {
  consumePartitions,
  type HandleBatch,
  type KafkaClient,
  type Park,
  type PartitionConsumer,
  parkBroken,
  type TopicNames,
} from "@teravoz/kafka";
import type { Log, Metrics } from "@teravoz/runtime";
import { readLetter } from "./read-letter.ts";

type Outlets = { letters: LetterFile; log: Log; metrics: Metrics };
type Deps = Outlets & {
  client: KafkaClient;
  topics: TopicNames;
  /** Begins the name of the group. */
  prefix: string;
  onCrash(error: unknown): void;
};

/** Files what comes to the dead letters' topic, for as long as it is not stopped. Starts in the background. */
export function fileDeadLetters({ letters, prefix, topics, ...deps }: Deps): PartitionConsumer {
  const outlets = { letters, log: deps.log, metrics: deps.metrics };
  return consumePartitions({
    ...deps,
    groupId: `${prefix}dead-letters`,
    topics: [topics.deadLetters],
    position: letters.position,
    handle: parkBroken(createFiling(outlets), createLeave(outlets)),
    // no hurry: events go first
    concurrency: 1,
  });
}

function createFiling({ letters, log }: Outlets): HandleBatch {
  return async ({ topic, partition, expected, next, records }) => {
    if (next === expected) return "done";
    const arrived = records.map(readLetter);
    const { fenced } = await letters.file({ topic, partition, expected, next, letters: arrived });
    if (fenced) return "fenced";
    log.info({ topic, partition, next, records: records.length }, "dead letters filed");
    return "done";
  };
}

/** What can never be filed stays in its topic, where it came from: to park it there again would never end. */
function createLeave({ log, metrics }: Outlets): Park {
  return async ({ offset }, { topic, partition }, err) => {
    metrics.unfiledLetters.inc();
    log.error({ topic, partition, offset, err }, "a dead letter cannot be filed and is left in its topic");
  };
}
