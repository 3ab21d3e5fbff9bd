import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { type Call, createReadOccurrence, findParties, foldCall, type StoredEvent } from "@teravoz/domain";
import { readEnds, withAdmin } from "@teravoz/kafka";
import { storeDeadLetters } from "@teravoz/projector";
import { createMongoAccount, createMongoDeadLetters } from "@teravoz/store";
import type { Document } from "mongodb";
import { eventually } from "../../support/eventually.ts";
import { startRebuild } from "../../support/rebuild/command.ts";
import { ask, type Erasing, findText, openErasing, untilClean } from "../../support/services/erasing.ts";
import { startProjector } from "../../support/services/projector-in-process.ts";
import { openTopics, type TestTopics } from "../../support/stack/kafka.ts";
import { bodiesOfCalls, callIdOf, shuffle } from "../../support/traffic/traffic.ts";

const PATIENCE_MS = 60_000;

let opened: TestTopics;
let erasing: Erasing;
let projector: ReturnType<Erasing["project"]>;
beforeEach(async () => {
  opened = await openTopics();
  erasing = await openErasing(opened);
  await start();
});
afterEach(() => opened.close());

async function start(): Promise<void> {
  projector = erasing.project();
  // kafkajs continues to fetch if it is stopped while it joins
  await eventually(() => expect(projector.check()).toEqual({ ok: true }), PATIENCE_MS);
}

const untilStored = (bodies: string[]) =>
  eventually(
    async () => expect((await erasing.storedPayloads()).sort()).toEqual(bodies.toSorted()),
    PATIENCE_MS,
  );

type Backup = Record<string, Document[]>;

async function backUp(): Promise<Backup> {
  const names = (await erasing.db.listCollections().toArray()).map(({ name }) => name);
  const read = names.map(async (name) => [name, await erasing.db.collection(name).find().toArray()] as const);
  return Object.fromEntries(await Promise.all(read));
}

async function restore(backup: Backup): Promise<void> {
  await erasing.db.dropDatabase();
  for (const [name, documents] of Object.entries(backup))
    if (documents.length > 0) await erasing.db.collection(name).insertMany(documents);
  await erasing.store.prepare();
}

async function erase(bodies: string[]): Promise<void> {
  for (const call_id of new Set(bodies.map(callIdOf))) {
    const { status } = await ask(erasing.url, "DELETE", `/calls/${encodeURIComponent(call_id)}`);
    expect(status).toBe(202);
    await untilClean(erasing.url, `/calls/${encodeURIComponent(call_id)}`);
  }
}

async function expectCallsAreFolds(): Promise<void> {
  const events = await erasing.db.collection<EventDocument>("events").find().toArray();
  const histories = Map.groupBy(
    events.map(({ _id, ...event }) => ({ ...event, uuid: _id })),
    ({ aggregate_id }) => aggregate_id,
  );
  const folds = [...histories.values()].map((history) => foldCall(history)!);
  expect((await calls()).map(({ id: _id, ...call }) => call).sort(byKey)).toEqual(folds.sort(byKey));
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
}

type EventDocument = Omit<StoredEvent, "uuid"> & { _id: string };
type Keyed = { aggregate_id: string };
const byKey = (one: Keyed, other: Keyed) => (one.aggregate_id < other.aggregate_id ? -1 : 1);

/** The calls without the fields that depend on when they were written. */
const calls = () =>
  erasing.db
    .collection<Call>("calls")
    .find({}, { projection: { _id: 0, version: 0 } })
    .sort({ id: 1 })
    .toArray() as Promise<Omit<Call, "version">[]>;

test("after a restore under a topic with later records, every later event is stored once, and erased calls stay erased", async () => {
  const [old, gone] = [bodiesOfCalls(40), bodiesOfCalls(2)];
  // some calls had half of their events before the backup and half after it
  const half = bodiesOfCalls(10);
  const [early, late] = [half.filter((_, n) => n % 2 === 0), half.filter((_, n) => n % 2 === 1)];
  const goneSince = bodiesOfCalls(3);
  await erasing.publish(shuffle([...old, ...gone, ...early, ...goneSince.slice(0, 5)]));
  await untilStored([...old, ...gone, ...early, ...goneSince.slice(0, 5)]);
  await erase(gone);
  await projector.stop();
  const backup = await backUp();

  await start();
  const recent = bodiesOfCalls(30);
  await erasing.publish(shuffle([...late, ...recent, ...goneSince.slice(5)]));
  await untilStored([...old, ...half, ...recent, ...goneSince]);
  await erase(goneSince);
  await untilStored([...old, ...half, ...recent]);
  await projector.stop();

  await restore(backup);
  await start();
  await untilStored([...old, ...half, ...recent]);
  // the projector may still read events and tombstones of `goneSince`, which change events and calls between
  // two reads
  await eventually(expectCallsAreFolds, PATIENCE_MS);
  // redelivered events of erased calls are not stored, even if the erasure was before the backup
  const after = bodiesOfCalls(1);
  await erasing.publish([...gone, ...goneSince, ...after]);
  await untilStored([...old, ...half, ...recent, ...after]);
  for (const call_id of new Set([...gone, ...goneSince].map(callIdOf)))
    expect(await findText(erasing, call_id)).toEqual([]);
  expect(projector.crashes).toEqual([]);
});

test("calls that are dropped and rebuilt, or replayed from the topic, are the same, with the same numbers", async () => {
  const bodies = bodiesOfCalls(50);
  await erasing.publish(shuffle([...bodies, ...bodies.slice(0, 60)]));
  await untilStored(bodies);
  await projector.stop();
  const before = await calls();
  const events = await erasing.db.collection("events").find().sort({ _id: 1 }).toArray();
  expect(before).toHaveLength(50);

  await erasing.db.collection("calls").drop();
  const uri = new URL(process.env.MONGODB_URI!);
  uri.pathname = `/${erasing.db.databaseName}`;
  const env = { MONGODB_URI: uri.href, TOPIC_PREFIX: opened.prefix };
  expect(await startRebuild([], { env }).done).toMatchObject({
    code: 0,
    stdout: expect.stringContaining("50 added (events without a call)"),
  });
  expect(await calls()).toEqual(before);

  for (const name of ["calls", "positions"]) await erasing.db.collection(name).drop();
  await erasing.store.prepare();
  await withAdmin(opened.client, (admin) => admin.deleteGroups([`${opened.prefix}projector`]));
  await start();
  await eventually(async () => expect(await calls()).toEqual(before), PATIENCE_MS);
  expect(await erasing.db.collection("events").find().sort({ _id: 1 }).toArray()).toEqual(events);
});

const DEAD_LETTERS = { limit: 10, cursor: null };

/** Stores dead letters as the projector's process does. */
function startStoring() {
  const { client, topics, prefix, log, metrics } = opened;
  const { connection, store } = erasing;
  const deadLetters = createMongoDeadLetters({ connection, log });
  const storing = storeDeadLetters({
    client,
    topics,
    prefix,
    log,
    metrics,
    deadLetters,
    store,
    parties: findParties,
    readOccurrence: createReadOccurrence("UTC"),
    onCrash: (error) => projector.crashes.push(error),
  });
  opened.closing(storing.stop);
  return { ...storing, list: async () => (await deadLetters.list({}, DEAD_LETTERS)).items };
}

const lengthOf = async (topic: string) =>
  (await readEnds(opened.client, [topic])).reduce((sum, { high }) => sum + high, 0);

test("partitions that are read again from their beginning change nothing: events are stored once, erased calls stay erased, a dead letter is one copy", async () => {
  const [kept, gone] = [bodiesOfCalls(20), bodiesOfCalls(1)];
  const storing = startStoring();
  await erasing.publish(shuffle([...kept, ...gone, ...kept.slice(0, 10)]));
  await untilStored([...kept, ...gone]);
  const poison = { topic: opened.topics.callEvents, key: "poison", value: Buffer.from("poison") };
  await erasing.publisher.publish(poison);
  await erase(gone);
  await untilStored(kept);
  await eventually(async () => expect(await storing.list()).toMatchObject([{ copies: 1 }]), PATIENCE_MS);
  await Promise.all([projector.stop(), storing.stop()]);
  const [before, parked] = [await calls(), await lengthOf(opened.topics.deadLetters)];
  const events = await erasing.db.collection("events").find().sort({ _id: 1 }).toArray();
  const positions = erasing.db.collection<{ _id: string; next: number }>("positions");
  const ends = await positions.find({ next: { $gt: 0 } }, { projection: { next: 1 } }).toArray();

  // as if the records of another log were there
  await positions.updateMany({}, { $inc: { "identities.$[].timestamp": 1 } });
  const again = startStoring();
  projector = erasing.project();
  await eventually(async () => {
    const rereads = (await opened.metrics.rereads.get()).values.reduce((sum, { value }) => sum + value, 0);
    expect(rereads).toBeGreaterThanOrEqual(ends.length);
    for (const { _id, next } of ends)
      expect((await positions.findOne({ _id }))!.next).toBeGreaterThanOrEqual(next);
  }, PATIENCE_MS);
  expect(await calls()).toEqual(before);
  expect(await erasing.db.collection("events").find().sort({ _id: 1 }).toArray()).toEqual(events);
  expect(await again.list()).toMatchObject([{ copies: 1, status: "waiting" }]);
  expect(await lengthOf(opened.topics.deadLetters)).toBe(parked);
  expect(await findText(erasing, callIdOf(gone[0]!))).toEqual([]);
  expect(projector.crashes).toEqual([]);
});

test("a second database under the same prefix is refused and the first keeps all its calls; a restored backup of it is accepted", async () => {
  await projector.stop();
  const groupOf = { prefix: `${opened.prefix}shared.` };
  const account = createMongoAccount(erasing.connection);
  const uri = new URL(process.env.MONGODB_URI!);
  uri.pathname = `/${erasing.db.databaseName}`;
  const open = async (installation: string, at?: string) =>
    startProjector({ ...opened, ...groupOf }, { installation, ...(at && { uri: at }) });
  const first = await open(await account.installation(), uri.href);
  await eventually(() => expect(first.check()).toMatchObject({ ok: true }), PATIENCE_MS);
  const second = await open("another installation");
  const bodies = bodiesOfCalls(20);
  await erasing.publish(shuffle(bodies));
  await untilStored(bodies);
  expect(await second.db.collection("events").countDocuments()).toBe(0);
  await first.stop();
  await second.stop();
  // the group has no members now
  const third = await open("another installation");
  await eventually(() => expect(String(third.crashes)).toContain("TOPIC_PREFIX"), PATIENCE_MS);
  await third.stop();

  await restore(await backUp());
  const restored = await open(await account.installation(), uri.href);
  const since = bodiesOfCalls(5);
  await erasing.publish(since);
  await untilStored([...bodies, ...since]);
  expect([first.crashes, restored.crashes]).toEqual([[], []]);
});
