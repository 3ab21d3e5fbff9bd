import type { Call, StoredEvent } from "@teravoz/domain";
import { type Collection, type Db, type IndexDescription, MongoServerError } from "mongodb";

/** The uuid is the key: the database itself keeps an event from being there twice. */
export type EventDocument = Omit<StoredEvent, "uuid"> & { _id: string };

/** `_id` is the call_id. Overgrown: see OVERGROWN_EVENTS. */
export type CallDocument = Call & { _id: string; overgrown?: true };

/** `_id` is `<topic>:<partition>`. */
export type PositionDocument = { _id: string; next: number };

/** `last` is the highest number given out. */
export type SequenceDocument = { _id: string; last: number };

export type Collections = {
  events: Collection<EventDocument>;
  calls: Collection<CallDocument>;
  positions: Collection<PositionDocument>;
  sequences: Collection<SequenceDocument>;
};

export const openCollections = (db: Db): Collections => ({
  events: db.collection("events"),
  calls: db.collection("calls"),
  positions: db.collection("positions"),
  sequences: db.collection("sequences"),
});

/** The events of a call; agents' events are only ever looked up by uuid. */
const EVENT_INDEXES: IndexDescription[] = [{ key: { aggregate_id: 1, kind: 1 } }];

/** One for each field ListCalls filters by, in the order it answers; aggregate_id is `_id`. */
const CALL_INDEXES: IndexDescription[] = [
  { key: { id: -1 }, unique: true },
  ...["state", "queue", "actor", "our_number", "their_number", "code", "direction"].map((field) => ({
    key: { [field]: 1 as const, id: -1 as const },
  })),
];

/**
 * Creates what is missing. Several instances may do so at once: a transaction must find its collections, for two that
 * create one implicitly would conflict.
 */
export async function prepareCollections(db: Db): Promise<void> {
  const names = ["events", "calls", "positions", "sequences"];
  await Promise.all(names.map((name) => db.createCollection(name).catch(unlessThere)));
  await Promise.all([
    db.collection("events").createIndexes(EVENT_INDEXES),
    db.collection("calls").createIndexes(CALL_INDEXES),
  ]);
}

/** NamespaceExists. */
const ALREADY_THERE = 48;

function unlessThere(error: unknown): void {
  if (!(error instanceof MongoServerError && error.code === ALREADY_THERE)) throw error;
}
