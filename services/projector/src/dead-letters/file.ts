import {
  type ArrivedLetter,
  type CallStore,
  isErasedLetter,
  type LetterFile,
  subjectsOfLetters,
} from "@teravoz/domain";
import {
  type ConsumedBatch,
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

type Outlets = {
  letters: LetterFile;
  store: Pick<CallStore, "findErased" | "forget">;
  log: Log;
  metrics: Metrics;
};
type Deps = Outlets & {
  client: KafkaClient;
  topics: TopicNames;
  /** Begins the name of the group. */
  prefix: string;
  onCrash(error: unknown): void;
};

/** Files what comes to the dead letters' topic, for as long as it is not stopped. Starts in the background. */
export function fileDeadLetters({ letters, store, prefix, topics, ...deps }: Deps): PartitionConsumer {
  const outlets = { letters, store, log: deps.log, metrics: deps.metrics };
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

/**
 * One batch. What is of an erased call or agent is not filed; what was erased while it was being filed, or filed just before the
 * last run died, is deleted after the commit: an erasure itself does so too, so that whoever comes last finds it.
 */
function createFiling(outlets: Outlets): HandleBatch {
  return async (batch) => {
    const arrived = batch.records.map(readLetter);
    if ((await fileArrived(outlets, batch, arrived)) === "fenced") return "fenced";
    const { store } = outlets;
    const subjects = subjectsOfLetters([...arrived, ...batch.stored.map(readLetter)]);
    await store.forget(await store.findErased(subjects));
    return "done";
  };
}

/** A batch that holds nothing new moves nothing. */
async function fileArrived(
  { letters, store, log }: Outlets,
  { topic, partition, expected, next, records }: ConsumedBatch,
  arrived: ArrivedLetter[],
) {
  if (next === expected) return "done";
  const erased = await store.findErased(subjectsOfLetters(arrived));
  const kept = arrived.filter((letter) => !erased.some((each) => isErasedLetter(letter, each)));
  const { fenced } = await letters.file({ topic, partition, expected, next, letters: kept });
  if (fenced) return "fenced";
  log.info({ topic, partition, next, records: records.length, added: kept.length }, "dead letters filed");
  return "done";
}

/** What can never be filed stays in its topic, where it came from: to park it there again would never end. */
function createLeave({ log, metrics }: Outlets): Park {
  return async ({ offset }, { topic, partition }, err) => {
    metrics.unfiledLetters.inc();
    log.error({ topic, partition, offset, err }, "a dead letter cannot be filed and is left in its topic");
  };
}
