import type { RecordMetadata } from "kafkajs";
import { errorTypeOf } from "./kafkajs-answers.ts";

/** A partition of a topic: "topic:partition". */
export const placeOf = (topic: string, partition: number) => `${topic}:${partition}`;

type Sent = { topic: string; message: { partition?: number } };
type Answer = Pick<RecordMetadata, "topicName" | "partition" | "errorCode" | "baseOffset">;

/** The offset after the last record that a producer had acknowledged, by place. */
export type Ends = Map<string, number>;

/** The records of one place in a batch; `error` is Kafka's name of what went wrong, null where they are acknowledged. */
export type PlaceOutcome<T> = { place: string; records: T[]; error: string | null };

/**
 * The outcome of each place of a batch; moves `ends` on for those that are acknowledged. An answer is not enough: kafkajs resolves
 * without sending again what moved, between two tries, to a broker that had answered for other partitions before
 * (github.com/tulios/kafkajs/issues/1798). And it tries again while another broker's answer is still open: where that fails
 * late the partition's sequence is taken back too far, and the broker takes the next batch for the last one and drops it.
 */
export function readOutcomes<T extends Sent>(
  flight: readonly T[],
  answers: readonly Answer[],
  ends: Ends,
): PlaceOutcome<T>[] {
  const sent = Map.groupBy(flight, ({ topic, message }) => placeOf(topic, message.partition!));
  const answered = Map.groupBy(answers, ({ topicName, partition }) => placeOf(topicName, partition));
  return [...sent].map(([place, records]) => {
    const of = answered.get(place) ?? [];
    const error = findError(of, ends.get(place) ?? 0);
    if (error === null)
      ends.set(place, Math.max(...of.map(({ baseOffset }) => Number(baseOffset))) + records.length);
    return { place, records, error };
  });
}

function findError(answers: readonly Answer[], end: number): string | null {
  if (answers.length === 0) return "NOT_ANSWERED";
  const failed = answers.find(({ errorCode }) => errorCode !== 0);
  if (failed) return errorTypeOf(failed.errorCode);
  return answers.every(({ baseOffset }) => Number(baseOffset) >= end) ? null : "OFFSET_OF_AN_EARLIER_BATCH";
}

/** Kafka refuses the record itself: each further try fails too, until a setting of the topic changes. */
const REFUSALS_OF_A_RECORD = new Set([
  "MESSAGE_TOO_LARGE",
  "RECORD_LIST_TOO_LARGE",
  "INVALID_RECORD",
  "INVALID_TIMESTAMP",
  "UNSUPPORTED_FOR_MESSAGE_FORMAT",
  "POLICY_VIOLATION",
]);

export const isOfRecord = (error: string): boolean => REFUSALS_OF_A_RECORD.has(error);

type Caused = { type?: string; name?: string; cause?: Caused };

/** Kafka's name of what made a whole send fail, or the client's: of the innermost cause. */
export function reasonOf(error: unknown): string {
  let { type, name = "unknown", cause } = error as Caused;
  while (cause) ({ type = type, name = name, cause } = cause);
  return type ?? name;
}
