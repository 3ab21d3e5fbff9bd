import { randomUUID } from "node:crypto";
import type { Batch, Event, LoggedEvent } from "@teravoz/domain";
import { createLog } from "@teravoz/runtime";
import { connectMongo, createMongoStore, type MongoConnection } from "@teravoz/store";
import { eventually } from "../eventually.ts";

export const log = createLog("store-test", "silent");

/** The keys of the ledger of erasures, in every test without other keys. */
export const erasureKeys = ["a test's key"];

/** The URI of a database with this name in the MongoDB of the shared stack. */
export function uriOf(database: string): URL {
  const uri = process.env.MONGODB_URI;
  if (!uri) throw new Error("MONGODB_URI must name a replica set of MongoDB");
  const named = new URL(uri);
  named.pathname = `/${database}`;
  return named;
}

/** A database name that no other suite has. */
export const freshDatabase = () => `store-${randomUUID().slice(0, 8)}`;

/** Opens a prepared store, in a new database or in the one of `uri`. */
export async function openStore(uri = uriOf(freshDatabase()).href) {
  const connection = await connectMongo({ uri, log });
  const store = createMongoStore({ connection, log, erasureKeys });
  await eventually(() => store.prepare());
  return { connection, store };
}

export async function dropDatabase(connection: MongoConnection): Promise<void> {
  await connection.db.dropDatabase();
  await connection.close();
}

/** An event that differs from every other, except for the fields of `sample`. */
export function sampleEvent(sample: Partial<Event> = {}): LoggedEvent {
  const aggregate_id = sample.aggregate_id ?? `call-${randomUUID()}`;
  return {
    uuid: randomUUID(),
    kind: "call",
    aggregate_id,
    type: "call.new",
    occurred_at: null,
    received_at: new Date(),
    payload: JSON.stringify({ type: "call.new", call_id: aggregate_id }),
    ...sample,
    source: { topic: "call-events", partition: 0, offset: 0 },
  };
}

/** A batch of these events for a partition. If `expected` is null, it is the first one. */
export const batchOf = (events: LoggedEvent[], expected: number | null, partition: number): Batch => ({
  topic: "call-events",
  partition,
  expected,
  next: (expected ?? 0) + events.length,
  events,
});
