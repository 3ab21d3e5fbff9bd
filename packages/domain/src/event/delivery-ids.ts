/*
 * Ingest gives each POST an id. A record with a known id is not another delivery: the Kafka client wrote it twice.
 * Records of earlier releases have no id, and each of them counts as a delivery.
 */

/**
 * The number of ids that are kept. A publisher repeats at most this many records, so a copy of a record follows within
 * this many.
 */
const KEPT = 1_000;

/** The latest delivery ids of an event or a dead letter. */
export type KeptDeliveries = { delivery_ids?: readonly string[] };

export const keepDeliveries = (ids: Iterable<string>): KeptDeliveries => {
  const latest = [...ids].slice(-KEPT);
  return latest.length > 0 ? { delivery_ids: latest } : {};
};
