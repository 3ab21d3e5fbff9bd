import type { Change } from "@teravoz/domain";
import type { Codec, ConsumedBatch, ConsumedRecord, Park, Publisher, TopicNames } from "@teravoz/kafka";
import { deliveryHeader, readDeliveryId, Undecodable } from "@teravoz/kafka";
import type { Log, Metrics } from "@teravoz/runtime";

/** The outlets for the projector's notices and parked records. */
export type Outlets = {
  codec: Codec;
  publisher: Publisher;
  topics: TopicNames;
  log: Log;
  metrics: Metrics;
};

/** The maximum number of notices that wait for an acknowledgement, far below the limit of the publisher's queue. */
const NOTICES_AT_ONCE = 2_000;

/**
 * Sends a notice for each change. Throws Unavailable while Kafka is unavailable; a notice that is sent twice is
 * harmless.
 */
export async function notifyChanges(
  { codec, publisher, topics }: Outlets,
  changes: readonly Change[],
): Promise<void> {
  for (let at = 0; at < changes.length; at += NOTICES_AT_ONCE) {
    const sent = changes.slice(at, at + NOTICES_AT_ONCE).map(async (change) => {
      const value = await codec.encodeChange(change);
      await publisher.publish({ topic: topics.callChanges, key: change.key, value });
    });
    await Promise.all(sent);
  }
}

/**
 * Creates the function that parks a record in dead-letters. The dead letter holds the record as it was read, the
 * reason, its place in the log and the broker's stamp. That stamp is its first_seen even if the record is read late,
 * because an agent's erasure covers the records that were written before it. A batch that is tried again brings the
 * same record, perhaps while it is still being parked: it is parked once.
 */
export function createPark({ publisher, topics, log, metrics }: Outlets): Park {
  const parked = new WeakMap<ConsumedRecord, Promise<void>>();
  return (record, batch, error) => {
    const parking = parked.get(record) ?? park(record, batch, error);
    parked.set(record, parking);
    parking.catch(() => parked.delete(record));
    return parking;
  };
  async function park(
    { key, value, offset, timestamp, headers: sent }: ConsumedRecord,
    { topic, partition }: ConsumedBatch,
    error: unknown,
  ) {
    const reason = error instanceof Undecodable ? error.reason : "unstorable";
    const source = { topic, partition: String(partition), offset: String(offset) };
    const first_seen = new Date(timestamp).toISOString();
    const headers = {
      reason,
      service: "projector",
      first_seen,
      ...source,
      ...deliveryHeader(readDeliveryId(sent)),
    };
    await publisher.publish({ topic: topics.deadLetters, key: key?.toString() ?? null, value, headers });
    metrics.parked.inc({ reason });
    log.error({ topic, partition, offset, reason, err: error }, "record parked in dead-letters");
  }
}
