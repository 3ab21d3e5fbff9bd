/*
 * Ingest gives each POST an id. A record whose id is known already is no further delivery: the client wrote it to the log twice.
 * Records of releases before have no id: each counts.
 */

/** A publisher sends at most so many records again: the copy of a record has fewer other ones before it. */
const KEPT = 1_000;

/** The delivery ids of an event, or of a letter, the latest ones. */
export type KeptDeliveries = { delivery_ids?: readonly string[] };

export const keepDeliveries = (ids: Iterable<string>): KeptDeliveries => {
  const latest = [...ids].slice(-KEPT);
  return latest.length > 0 ? { delivery_ids: latest } : {};
};
