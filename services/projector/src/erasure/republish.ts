import type { CallStore, Event, StoredEvent } from "@teravoz/domain";
import {
  type Codec,
  deliveryHeader,
  LOG_CLEAN_MS,
  type OutgoingRecord,
  type Publisher,
  type TopicNames,
} from "@teravoz/kafka";
import { publishTombstones, TOMBSTONES_AT_ONCE, topicOf } from "./tombstones.ts";

export type RepublishPorts = {
  store: Pick<CallStore, "listAgentEvents">;
  codec: Pick<Codec, "encodeEvent">;
  publisher: Pick<Publisher, "publish">;
  topics: TopicNames;
  now(): Date;
};

/** The header of a record that we publish again ourselves, so that it does not count as a redelivery. */
export const REPUBLISHED = "republished";

/**
 * The maximum number of events of a key that are published again: the newest ones. A campaign may have a million
 * events; the log keeps only these.
 */
const MOST = 10_000;

type Tombstone = Parameters<typeof publishTombstones>[1][number];

/**
 * Writes tombstones. After a tombstone of single events it publishes the other events of the key again, because others
 * share the key and the cleaner removes all records before a tombstone. Safe to repeat. Throws Unavailable.
 */
export async function publishErasures(ports: RepublishPorts, erasures: readonly Tombstone[]): Promise<void> {
  await publishTombstones(ports, erasures);
  for (const { key, uuids } of erasures) {
    if (uuids === undefined) continue;
    const gone = new Set(uuids);
    await republishOthers(ports, key, ({ uuid }) => gone.has(uuid));
  }
}

/**
 * Publishes again the events of a key that are not erased. `unstored` are events of the key that were read and are not
 * stored yet. The newest event is published last.
 */
export async function republishOthers(
  ports: RepublishPorts,
  key: string,
  isGone: (event: Event) => boolean,
  unstored: readonly Event[] = [],
): Promise<void> {
  const { store, now } = ports;
  // the cleaner has removed all older records, except the last one of each key
  const since = new Date(now().getTime() - LOG_CLEAN_MS);
  const stored = (await store.listAgentEvents(key, { since, limit: MOST })).toReversed();
  const others = [...stored.map(plainEvent), ...unstored].filter((event) => !isGone(event));
  const distinct = [...new Map(others.map((event) => [event.uuid, event])).values()];
  for (let at = 0; at < distinct.length; at += TOMBSTONES_AT_ONCE)
    await Promise.all(distinct.slice(at, at + TOMBSTONES_AT_ONCE).map((event) => publishAgain(ports, event)));
}

const plainEvent = ({
  uuid,
  kind,
  aggregate_id,
  type,
  occurred_at,
  received_at,
  payload,
  delivery_ids = [],
}: StoredEvent): Event => ({
  uuid,
  kind,
  aggregate_id,
  type,
  occurred_at,
  received_at,
  payload,
  ...(delivery_ids[0] && { delivery_id: delivery_ids[0] }),
});

async function publishAgain({ publisher, codec, topics }: RepublishPorts, event: Event): Promise<void> {
  const record: OutgoingRecord = {
    topic: topicOf(topics, event.kind),
    key: event.aggregate_id,
    value: await codec.encodeEvent(event),
    headers: { [REPUBLISHED]: "1", ...deliveryHeader(event.delivery_id) },
  };
  await publisher.publish(record);
}
