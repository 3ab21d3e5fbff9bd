import type { RecordMetadata } from "kafkajs";
import { errorTypeOf } from "../client/kafkajs-answers.ts";
import { partitionKey } from "../client/partition-key.ts";

type Sent = { topic: string; message: { partition?: number } };
type Answer = Pick<RecordMetadata, "topicName" | "partition" | "errorCode">;

/** The records of one partition in a batch. `error` is Kafka's name of the error, or null if they are acknowledged. */
export type PartitionOutcome<T> = { destination: string; records: T[]; error: string | null };

/**
 * Returns the outcome of each partition of a batch. The promise of kafkajs is not enough, because the answer may
 * contain errors or lack a partition.
 */
export function readOutcomes<T extends Sent>(
  flight: readonly T[],
  answers: readonly Answer[],
): PartitionOutcome<T>[] {
  const sent = Map.groupBy(flight, ({ topic, message }) => partitionKey(topic, message.partition!));
  const answered = Map.groupBy(answers, ({ topicName, partition }) => partitionKey(topicName, partition));
  return [...sent].map(([destination, records]) => ({
    destination,
    records,
    error: findError(answered.get(destination) ?? []),
  }));
}

function findError(answers: readonly Answer[]): string | null {
  if (answers.length === 0) return "NOT_ANSWERED";
  const failed = answers.find(({ errorCode }) => errorCode !== 0);
  return failed ? errorTypeOf(failed.errorCode) : null;
}

/**
 * Errors by which Kafka refuses the record itself. Each further try fails too, until a setting of the topic changes.
 */
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

/**
 * Returns the name of the error that made a whole send fail: Kafka's name, or the client's. The innermost cause counts.
 */
export function reasonOf(error: unknown): string {
  let { type, name = "unknown", cause } = error as Caused;
  while (cause) ({ type = type, name = name, cause } = cause);
  return type ?? name;
}

/** Returns whether the brokers refused a request because a permission is missing. */
export const isDenied = (error: unknown): boolean => /_AUTHORIZATION_FAILED$/.test(reasonOf(error));
