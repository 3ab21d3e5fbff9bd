import type { DeadLetter, DeadLetterAdmin, DeadLetterWithBody, Fault, parseWebhook } from "@teravoz/domain";
import {
  type Codec,
  deliveryHeader,
  type OutgoingRecord,
  type Publisher,
  type TopicNames,
  Undecodable,
} from "@teravoz/kafka";

export type RedrivePorts = {
  deadLetters: Pick<DeadLetterAdmin, "find" | "mark">;
  codec: Pick<Codec, "encodeEvent" | "decodeEvent">;
  publisher: Pick<Publisher, "publish">;
  topics: TopicNames;
  parse: typeof parseWebhook;
};

export type Redriven =
  | { outcome: "redriven"; letter: DeadLetter }
  | { outcome: "refused"; faults: Fault[] }
  | { outcome: "dropped" | "unknown" };

/**
 * Sends a dead letter again on the path on which it failed. A body that ingest refused is parsed again with its first
 * received_at; a record that a consumer parked is published again unchanged. The dead letter is marked only after Kafka
 * has acknowledged the record, so it still waits after a crash in between. A second redrive is then a duplicate, which
 * is stored once. With `dryRun` nothing is sent, and the result only says whether the redrive would be refused. Throws
 * Unavailable while Kafka, the registry or the database cannot be reached.
 */
export async function redrive(ports: RedrivePorts, id: string, { dryRun = false } = {}): Promise<Redriven> {
  const deadLetter = await ports.deadLetters.find(id);
  if (deadLetter === null) return { outcome: "unknown" };
  const { body, ...rest } = deadLetter;
  if (body === null) return { outcome: "dropped" };
  const made = await makeRecord(ports, { ...rest, body });
  if (Array.isArray(made)) return { outcome: "refused", faults: made };
  if (dryRun) return { outcome: "redriven", letter: rest };
  // a second redrive of the same copies, after a crash in between, does not count as another delivery
  const headers = deliveryHeader(`${deadLetter.id}:${deadLetter.copies}`);
  await ports.publisher.publish({ ...made, headers });
  const marked = await ports.deadLetters.mark(deadLetter, "redriven");
  return marked ? { outcome: "redriven", letter: marked } : { outcome: "unknown" };
}

type Whole = DeadLetterWithBody & { body: Uint8Array };

const makeRecord = (ports: RedrivePorts, deadLetter: Whole): Promise<OutgoingRecord | Fault[]> =>
  deadLetter.source === null
    ? makeEvent(ports, deadLetter)
    : makeAgain(ports, deadLetter, deadLetter.source.topic);

/** Makes the record that ingest would publish for the body now, or returns the faults. */
async function makeEvent({ parse, codec, topics }: RedrivePorts, { body, first_seen }: Whole) {
  const parsed = parse(body, first_seen);
  if (parsed.outcome !== "accepted") return parsed.faults;
  const { event } = parsed;
  const topic = event.kind === "call" ? topics.callEvents : topics.agentEvents;
  return { topic, key: event.aggregate_id, value: await codec.encodeEvent(event) };
}

const fault = (message: string): Fault[] => [{ path: "", message }];

/** Makes the parked record again unchanged, or returns the faults if it still cannot be read. */
async function makeAgain({ codec, topics }: RedrivePorts, { body, key }: Whole, topic: string) {
  if (topic !== topics.callEvents && topic !== topics.agentEvents)
    return fault("the record came from a topic that has no events, so it cannot be redriven");
  if (key === null) return fault("the record has no key, and its topic requires one");
  const value = Buffer.from(body);
  try {
    await codec.decodeEvent(value, topic === topics.agentEvents ? "agent" : "call");
  } catch (error) {
    if (!(error instanceof Undecodable)) throw error;
    return fault(`the record still cannot be read: ${error.reason}`);
  }
  return { topic, key, value };
}
