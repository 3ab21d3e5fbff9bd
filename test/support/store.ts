import { randomUUID } from "node:crypto";
import type { Batch, Event, LoggedEvent } from "@teravoz/domain";
import { createLog } from "@teravoz/runtime";
import { connectMongo, createMongoStore, type MongoConnection } from "@teravoz/store";
import { eventually } from "./eventually.ts";

export const log = createLog("store-test", "silent");

/** Of the ledger of erasures, in every test that has no keys of its own. */
export const erasureKeys = ["a test's key"];

/** The MongoDB of the shared stack, with a database of that name. */
export function uriOf(database: string): URL {
  const uri = process.env.MONGODB_URI;
  if (!uri) throw new Error("MONGODB_URI must name a replica set of MongoDB");
  const named = new URL(uri);
  named.pathname = `/${database}`;
  return named;
}

/** A name that no other suite has. */
export const freshDatabase = () => `store-${randomUUID().slice(0, 8)}`;

/** A store that is prepared; in a database of its own unless `uri` says where. */
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

/** An event that is like no other unless `sample` says so. */
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

/** These events as the next batch of a partition; null = its first. */
export const batchOf = (events: LoggedEvent[], expected: number | null, partition: number): Batch => ({
  topic: "call-events",
  partition,
  expected,
  next: (expected ?? 0) + events.length,
  events,
});
