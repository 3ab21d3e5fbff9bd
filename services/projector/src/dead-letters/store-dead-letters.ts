import { randomUUID } from "node:crypto";
import {
  type ArrivedDeadLetter,
  type CallStore,
  type DeadLetterWriter,
  type FindParties,
  identitiesOf,
  isErasedDeadLetter,
  latestErased,
  personsOf,
  type ReadOccurrence,
  subjectsOfDeadLetters,
} from "@teravoz/domain";
import {
  type BatchOutcome,
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
import { readDeadLetter } from "./read-dead-letter.ts";

type Outlets = {
  deadLetters: DeadLetterWriter;
  store: Pick<CallStore, "findErased" | "ledgerEpoch" | "forget">;
  findParties: FindParties;
  readOccurrence: ReadOccurrence;
  /** The name of this writer in the store. */
  writer: string;
  log: Log;
  metrics: Metrics;
};
type Deps = Omit<Outlets, "findParties" | "writer"> & {
  /** Finds the persons that a dead letter names, by the account's region. */
  parties: FindParties;
  client: KafkaClient;
  topics: TopicNames;
  /** The prefix of the group's name. */
  prefix: string;
  /** The installation that the group must belong to. */
  installation?: string | undefined;
  onCrash(error: unknown): void;
};

/** Stores the records of the dead-letters topic until it is stopped. Starts in the background. */
export function storeDeadLetters({
  deadLetters,
  store,
  prefix,
  topics,
  parties,
  readOccurrence,
  ...deps
}: Deps): PartitionConsumer {
  const { log, metrics } = deps;
  const writer = randomUUID();
  const outlets = { deadLetters, store, findParties: parties, readOccurrence, writer, log, metrics };
  return consumePartitions({
    ...deps,
    groupId: `${prefix}dead-letters`,
    topics: [topics.deadLetters],
    position: deadLetters.position,
    positions: deadLetters,
    handle: parkBroken(createFiling(outlets), createLeave(outlets)),
    // one partition at a time, because events have priority
    concurrency: 1,
  });
}

/**
 * Stores one batch. Dead letters of an erased call, agent or person are not stored. Dead letters whose subject was
 * erased while they were being stored, or just before the last run crashed, are deleted after the commit. An erasure
 * also deletes dead letters, so whichever of the two comes last finds them.
 */
function createFiling(outlets: Outlets): HandleBatch {
  return async (batch) => {
    const arrived = batch.records.map(readDeadLetter);
    const outcome = await storeArrived(outlets, batch, arrived);
    if (outcome !== "done") return outcome;
    const { store } = outlets;
    const subjects = subjectsOfDeadLetters([...arrived, ...batch.stored.map(readDeadLetter)]);
    await store.forget(await store.findErased(subjects));
    return "done";
  };
}

/** Stores the dead letters that are not erased. A batch without new records does not move the position. */
async function storeArrived(
  { deadLetters, store, findParties, readOccurrence, writer, log }: Outlets,
  { topic, partition, expected, next, records }: ConsumedBatch,
  arrived: ArrivedDeadLetter[],
): Promise<BatchOutcome> {
  if (next === expected) return "done";
  const epoch = await store.ledgerEpoch(topic, partition);
  const named = arrived.map((deadLetter) => ({
    deadLetter,
    parties: findParties(Buffer.from(deadLetter.body).toString()),
  }));
  const persons = named.flatMap(({ parties }) => personsOf(parties));
  const erased = await store.findErased([...subjectsOfDeadLetters(arrived), ...persons]);
  const byId = latestErased(erased);
  const kept = named
    .filter(
      ({ deadLetter, parties }) =>
        !isErasedDeadLetter({ ...deadLetter, ...stampOf(deadLetter, readOccurrence) }, parties, byId),
    )
    .map(({ deadLetter }) => deadLetter);
  const { fenced, own } = await deadLetters.add({
    topic,
    partition,
    expected,
    next,
    epoch,
    writer,
    deadLetters: kept,
    identities: identitiesOf(records),
  });
  if (fenced) return own ? "stored" : "fenced";
  log.info({ topic, partition, next, records: records.length, added: kept.length }, "dead letters stored");
  return "done";
}

/** The time of the vendor's stamp, if the body has one. */
function stampOf(
  { body, first_seen }: ArrivedDeadLetter,
  readOccurrence: ReadOccurrence,
): { occurred_at: Date | null } {
  try {
    const { timestamp } = Object(JSON.parse(Buffer.from(body).toString()));
    const read = readOccurrence(timestamp, first_seen);
    return { occurred_at: read && new Date(read.ms) };
  } catch {
    return { occurred_at: null };
  }
}

/**
 * Creates the handler of a dead letter that can never be stored: it stays in its topic. Parking it would write it to
 * the same topic again, endlessly.
 */
function createLeave({ log, metrics }: Outlets): Park {
  return async ({ offset }, { topic, partition }, err) => {
    metrics.unstoredDeadLetters.inc();
    log.error({ topic, partition, offset, err }, "a dead letter cannot be stored and is left in its topic");
  };
}
