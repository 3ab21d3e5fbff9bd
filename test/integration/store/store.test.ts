import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type FoldRules, foldCall, type LoggedEvent } from "@teravoz/domain";
import {
  connectMongo,
  createMongoAccount,
  createMongoJobs,
  createMongoStore,
  type MongoConnection,
  type MongoStore,
  openStore as openStorage,
} from "@teravoz/store";
import {
  accountContract,
  deadLettersContract,
  jobsContract,
  readinessContract,
  senderZoneContract,
  storeContract,
} from "@teravoz/store/contract";
import { eventually } from "../../support/eventually.ts";
import {
  batchOf,
  dropDatabase,
  erasureKeys,
  freshDatabase,
  log,
  openStore,
  sampleEvent,
  uriOf,
} from "../../support/stack/store.ts";

async function openPorts(rules: FoldRules = { region: "BR", senderZone: "UTC" }) {
  const uri = uriOf(freshDatabase()).href;
  const { erasures, connection, ...ports } = await openStorage({ uri, rules, log, erasureKeys });
  await eventually(() => ports.rebuild.prepare());
  return { ...ports, erasures, connection, close: () => dropDatabase(connection) };
}

storeContract("MongoDB", () => openPorts());
senderZoneContract("MongoDB", openPorts);
accountContract("MongoDB", () => openPorts());
readinessContract("MongoDB", () => openPorts());
jobsContract("MongoDB", async (now) => {
  const { connection, close } = await openPorts();
  return { jobs: createMongoJobs({ connection, now }), close };
});

test("an account document of a release without the sender's zone is read as UTC", async () => {
  const { connection } = await openStore();
  await connection.db
    .collection<{ _id: string; region: string }>("account")
    .insertOne({ _id: "fold", region: "PT" });
  const account = createMongoAccount(connection);
  const rules = { region: "PT", senderZone: "UTC" } as const;
  expect(await account.find()).toEqual(rules);
  expect(await account.claim({ region: "BR", senderZone: "Asia/Tokyo" })).toEqual(rules);
  await account.adopt({ region: "PT", senderZone: "Asia/Tokyo" });
  expect(await account.find()).toEqual({ region: "PT", senderZone: "Asia/Tokyo", adopting: true });
  await dropDatabase(connection);
});

deadLettersContract("MongoDB", () => openPorts());

describe("the store on MongoDB", () => {
  let connection: MongoConnection;
  let store: MongoStore;
  let uri: string;
  beforeAll(async () => {
    uri = uriOf(freshDatabase()).href;
    ({ connection, store } = await openStore(uri));
  });
  afterAll(() => dropDatabase(connection));

  test("several instances can prepare the store at once, and again at each start", async () => {
    const { href } = uriOf(freshDatabase());
    const connections = await Promise.all([1, 2, 3].map(() => connectMongo({ uri: href, log })));
    for (const { check } of connections) await eventually(async () => expect((await check()).ok).toBe(true));
    const stores = connections.map((each) => createMongoStore({ connection: each, log, erasureKeys }));
    await Promise.all(stores.map((each) => each.prepare()));
    await stores[0]!.prepare();
    const names = (await connections[0]!.db.listCollections().toArray()).map(({ name }) => name);
    const expected = [
      "agents",
      "calls",
      "dead_letters",
      "erased",
      "events",
      "instances",
      "jobs",
      "minutes",
      "positions",
      "sequences",
    ];
    expect(names.sort()).toEqual(expected);
    await dropDatabase(connections[0]!);
    await Promise.all(connections.slice(1).map((each) => each.close()));
  });

  test("the store can be prepared while a transaction of any client is open", async () => {
    const session = connection.client.startSession();
    session.startTransaction();
    await connection.db.collection("calls").insertOne({ id: -1 }, { session });
    await store.prepare();
    await session.abortTransaction();
    await session.endSession();
  });

  test("a batch is readable on any connection as soon as it is acknowledged", async () => {
    const other = await openStore(uri);
    for (let round = 0; round < 100; round += 1) {
      const event = sampleEvent();
      await store.apply(batchOf([event], round || null, 1), foldCall);
      const found = await other.store.findCalls([event.aggregate_id]);
      expect(found.map(({ aggregate_id }) => aggregate_id)).toEqual([event.aggregate_id]);
    }
    await other.connection.close();
  }, 60_000);

  test("a listing that runs while calls change has every call once", async () => {
    const ids = Array.from({ length: 300 }, () => `call-${randomUUID()}`);
    const code = randomUUID();
    const write = (round: number) => {
      const payload = JSON.stringify({ code, queue: String(round) });
      const events = ids.map((aggregate_id) => sampleEvent({ aggregate_id, payload }));
      return store.apply(batchOf(events, round * ids.length || null, 2), foldCall);
    };
    await write(0);
    const progress = { writing: true };
    const writer = (async () => {
      for (let round = 1; round <= 8; round += 1) await write(round);
    })().finally(() => {
      progress.writing = false;
    });
    while (progress.writing) {
      const { items } = await store.listCalls({ code }, { limit: 1000, cursor: null });
      expect(items).toHaveLength(300);
      expect(new Set(items.map(({ aggregate_id }) => aggregate_id)).size).toBe(300);
      expect(await store.findCalls(ids)).toHaveLength(300);
    }
    await writer;
  }, 60_000);

  test("two projectors that both claim a partition store each event once", async () => {
    const other = await openStore(uri);
    const call_ids = ["x", "y", "z"].map((name) => `${name}-${randomUUID()}`);
    const events = Array.from({ length: 300 }, (_, index) =>
      sampleEvent({ aggregate_id: call_ids[index % 3]! }),
    );
    const outcomes = await Promise.all([store, other.store].map((each) => project(each, events, 3)));
    expect(outcomes.flatMap(({ added }) => added).sort()).toEqual(events.map(({ uuid }) => uuid).sort());
    expect(outcomes.reduce((sum, { fenced }) => sum + fenced, 0)).toBeGreaterThan(0);
    expect((await store.findCalls(call_ids)).map((call) => call.events)).toEqual([100, 100, 100]);
    expect(await store.position("call-events", 3)).toBe(300);
    await other.connection.close();
  }, 60_000);
});

/** Reads on from the stored position, ten events a batch, as a projector that was fenced does. */
async function project(store: MongoStore, events: LoggedEvent[], partition: number) {
  const added: string[] = [];
  for (let fenced = 0; ; ) {
    const expected = await store.position("call-events", partition);
    const from = expected ?? 0;
    if (from >= events.length) return { added, fenced };
    const applied = await store.apply(batchOf(events.slice(from, from + 10), expected, partition), foldCall);
    if (applied.fenced) fenced += 1;
    else added.push(...applied.added);
  }
}
