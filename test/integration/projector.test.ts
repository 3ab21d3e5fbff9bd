import { randomUUID } from "node:crypto";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { type Event, foldCall, type LoggedEvent, parseWebhook } from "@teravoz/domain";
import { createOutlet } from "@teravoz/ingest";
import { type OutgoingRecord, type Publisher, partitionOf, withAdmin } from "@teravoz/kafka";
import { BatchTooLarge } from "@teravoz/store";
import { peakBytes } from "../faults/realtime/memory.ts";
import { eventually } from "../support/eventually.ts";
import { LONG } from "../support/long.ts";
import { openGateway } from "../support/services/gateway.ts";
import { startProjector } from "../support/services/projector-in-process.ts";
import { openTopics, readTopic, type TestTopics } from "../support/stack/kafka.ts";
import { batchOf, openStore, sampleEvent, uriOf } from "../support/stack/store.ts";
import { bodiesOf, bodiesOfCalls, callIdOf, shuffle } from "../support/traffic/traffic.ts";

const PATIENCE_MS = 60_000;

let opened: TestTopics;
let publisher: Publisher;
let projector: Awaited<ReturnType<typeof startProjector>>;
beforeAll(async () => {
  opened = await openTopics();
});
beforeEach(async () => {
  publisher = opened.publisher();
  projector = await startProjector(opened);
});
afterEach(() => opened.renew());
afterAll(() => opened.close());

function eventOf(body: string, received_at = new Date()): Event {
  const parsed = parseWebhook(Buffer.from(body), received_at);
  if (parsed.outcome !== "accepted") throw new Error(`no event: ${body}`);
  return parsed.event;
}

/** Publishes events as ingest does. */
const publish = (events: Event[]) =>
  Promise.all(events.map(createOutlet({ codec: opened.codec, publisher, topics: opened.topics }).publish));

const storedUuids = async (): Promise<string[]> =>
  (await projector.db.collection("events").distinct("_id")).map(String);
const uuidsOf = (events: Event[]) => [...new Set(events.map(({ uuid }) => uuid))].sort();
const untilStored = (events: Event[]) =>
  eventually(async () => {
    const [stored, wanted] = [await storedUuids(), uuidsOf(events)];
    // a description of the difference of two long lists takes far longer than reading them, so it is not made
    // at every try
    if (stored.length !== wanted.length) throw new Error(`${stored.length} of ${wanted.length} are stored`);
    expect(stored.sort()).toEqual(wanted);
  }, PATIENCE_MS);

/** Waits until every position has reached the end of its partition. */
async function untilAllRead(): Promise<void> {
  const topic = opened.topics.callEvents;
  const ends = await withAdmin(opened.client, (admin) => admin.fetchTopicOffsets(topic));
  const end = ends.reduce((sum, { high }) => sum + Number(high), 0);
  await eventually(async () => {
    const positions = await projector.db
      .collection<{ _id: string; next: number }>("positions")
      .find()
      .toArray();
    const ofTopic = positions.filter(({ _id }) => _id.startsWith(topic));
    expect(ofTopic.reduce((sum, { next }) => sum + next, 0)).toBe(end);
    expect(projector.check()).toEqual({ ok: true });
  }, PATIENCE_MS);
}

async function expectCallsAreFolds(call_ids: string[]): Promise<void> {
  const calls = await projector.store.findCalls(call_ids);
  expect(calls.map(({ aggregate_id }) => aggregate_id).sort()).toEqual([...call_ids].sort());
  for (const { id, version, ...folded } of calls) {
    const page = { limit: 1_000, bytes: 1_000_000, cursor: null };
    const { items } = await projector.store.listCallEvents(folded.aggregate_id, page);
    expect(folded).toEqual(foldCall(items));
    expect(id).toBe(Math.min(...items.map((event) => event.id)));
    expect(version).toBeGreaterThan(0);
  }
}

test("every published event is stored once, and every call is the fold of its events", async () => {
  const bodies = bodiesOfCalls(60);
  const agents = Array.from(
    { length: 20 },
    (_, n) => `{"type":"actor.paused","actor":"a${n % 5}","sid":"${n}"}`,
  );
  const events = shuffle([...bodies, ...agents]).map((body) => eventOf(body));
  await publish([...events, ...shuffle(events, 2)]);
  await untilStored(events);
  const stored = await projector.db.collection("events").find().toArray();
  expect(stored).toHaveLength(events.length);
  expect(new Set(stored.map(({ id }) => id)).size).toBe(events.length);
  expect(stored.map(({ payload }) => payload).sort()).toEqual([...bodies, ...agents].sort());
  await expectCallsAreFolds([...new Set(bodies.map(callIdOf))]);
  expect(await projector.db.collection("calls").countDocuments()).toBe(60);
  expect(projector.crashes).toEqual([]);
});

test("every change of a call or an agent has a notice, without personal data", async () => {
  const bodies = [...bodiesOf("delegated"), '{"type":"actor.logged-in","actor":"ana@example.com","sid":"1"}'];
  const events = bodies.map((body) => eventOf(body));
  await publish(events);
  await untilStored(events);
  await eventually(async () => {
    const notices = await readTopic(opened, opened.topics.callChanges);
    const changes = await Promise.all(notices.map(({ value }) => opened.codec.decodeChange(value!)));
    const [call] = await projector.store.findCalls([callIdOf(bodies[0]!)]);
    expect(new Set(changes.map(({ key }) => key))).toEqual(new Set([call!.aggregate_id, "ana@example.com"]));
    expect(Math.max(...changes.filter(({ kind }) => kind === "call").map(({ version }) => version))).toBe(
      call!.version,
    );
    expect(Object.keys(changes[0]!).sort()).toEqual(["erased", "key", "kind", "version"]);
  }, PATIENCE_MS);
});

test("200 deliveries of one event, among those of its call and in any order, are stored as one event", async () => {
  const events = bodiesOf("transferred").map((body) => eventOf(body));
  const [first] = events;
  const receivedAt = (n: number) => new Date(first!.received_at.getTime() + n * 1_000);
  const deliveries = Array.from({ length: 200 }, (_, n) => ({ ...first!, received_at: receivedAt(n - 50) }));
  // the earliest come last, when the event is stored already
  await publish(shuffle([...deliveries.slice(100), ...events.slice(1)]));
  await untilAllRead();
  await publish(shuffle(deliveries.slice(0, 100)));
  await untilAllRead();
  await untilStored(events);
  const [stored, ...more] = await projector.db
    .collection("events")
    .find({ aggregate_id: first!.aggregate_id, type: first!.type })
    .toArray();
  expect(more).toEqual([]);
  expect(stored!.received_at).toEqual(receivedAt(-50));
  await expectCallsAreFolds([first!.aggregate_id]);
  // the projector counts a batch after it has stored the position and sent the notices
  await eventually(async () => {
    const counted = (await projector.metrics.events.get()).values.filter(
      ({ labels }) => labels.type === first!.type,
    );
    expect(counted.map(({ labels, value }) => [labels.outcome, value]).sort()).toEqual([
      ["duplicate", 199],
      ["stored", 1],
    ]);
  }, PATIENCE_MS);
});

const OF_EACH_KIND = 6;

/** Records that can never become events, by the reason that dead-letters must give. No two are alike. */
async function poisons(stored: Event[]): Promise<{ reason: string; record: OutgoingRecord }[]> {
  const { codec, topics } = opened;
  const made = Array.from({ length: OF_EACH_KIND }, async (_, n) => {
    const good = await codec.encodeEvent(eventOf(`{"type":"call.new","call_id":"poison-${n}"}`));
    const unknown = Buffer.from(good);
    unknown.writeInt32BE(2_000_000 + n, 1);
    const change = { key: String(n), kind: "call" as const, version: n, erased: false };
    const stolen = eventOf(`{"type":"call.new","call_id":"unstorable-${n}"}`);
    const values: [string, Buffer][] = [
      ["not-avro", Buffer.from(`{"not":"avro","n":${n}}`)],
      ["not-avro", good.subarray(0, 20 + n)],
      ["unknown-schema", unknown],
      ["foreign-schema", await codec.encodeChange(change)],
      // the uuid of an event of another call
      ["unstorable", await codec.encodeEvent({ ...stolen, uuid: stored[n]!.uuid })],
    ];
    return values.map(([reason, value], kind) => ({
      reason,
      record: { topic: topics.callEvents, key: `key-${n}-${kind}`, value },
    }));
  });
  return (await Promise.all(made)).flat();
}

test("records of five bad kinds are each in dead-letters once with reason and source, and all others are stored", async () => {
  const before = bodiesOfCalls(OF_EACH_KIND).map((body) => eventOf(body));
  await publish(before);
  await untilStored(before);
  const poison = await poisons(before);
  const after = bodiesOfCalls(40).map((body) => eventOf(body));
  await Promise.all([
    publish(after.slice(0, after.length / 2)),
    ...poison.map(({ record }) => publisher.publish(record)),
    publish(after.slice(after.length / 2)),
  ]);
  await untilStored([...before, ...after]);
  await untilAllRead();

  const log = await readTopic(opened, opened.topics.callEvents);
  const deadLetters = await readTopic(opened, opened.topics.deadLetters);
  expect(deadLetters).toHaveLength(poison.length);
  for (const { reason, record } of poison) {
    const found = deadLetters.filter(({ value }) => value!.equals(record.value!));
    const source = log.find(({ value }) => value!.equals(record.value!))!;
    expect(found.map(({ key }) => key!.toString())).toEqual([record.key]);
    const headers = Object.entries(found[0]!.headers).map(([name, value]) => [name, String(value)]);
    expect(Object.fromEntries(headers)).toEqual({
      reason,
      service: "projector",
      topic: opened.topics.callEvents,
      partition: String(source.partition),
      offset: String(source.offset),
      first_seen: expect.stringMatching(/^\d{4}-\d\d-\d\dT.+Z$/),
    });
  }
  expect(await projector.db.collection("calls").countDocuments()).toBe(OF_EACH_KIND + 40);
  expect(projector.crashes).toEqual([]);
});

/**
 * Calls of one partition, each with almost as many bytes of events as a call may have before it is oversized.
 */
function largeCalls(count: number): { call_id: string; events: LoggedEvent[] }[] {
  const keys = Array.from({ length: 1_000 }, () => `large-${randomUUID()}`);
  const ofOnePartition = keys.filter((key) => partitionOf(key) === partitionOf(keys[0]!)).slice(0, count);
  return ofOnePartition.map((aggregate_id) => ({
    call_id: aggregate_id,
    events: Array.from({ length: 110 }, (_, n) =>
      sampleEvent({
        aggregate_id,
        type: "call.data-provided",
        payload: JSON.stringify({
          type: "call.data-provided",
          call_id: aggregate_id,
          n,
          note: "x".repeat(65_000),
        }),
      }),
    ),
  }));
}

test("events of calls that are too large to be read at once are stored in parts, and every call is folded", async () => {
  const calls = largeCalls(3);
  let next = 0;
  for (const { events } of calls) {
    await projector.store.apply(batchOf(events, next || null, 0), foldCall);
    next += events.length;
  }
  const late = calls.map(({ call_id }) => eventOf(`{"type":"call.finished","call_id":"${call_id}"}`));
  const atOnce = late.map(({ aggregate_id }) => sampleEvent({ aggregate_id, type: "call.finished" }));
  await expect(projector.store.apply(batchOf(atOnce, next, 0), foldCall)).rejects.toThrow(BatchTooLarge);
  await publish(late);
  await untilAllRead();
  const folded = await projector.store.findCalls(calls.map(({ call_id }) => call_id));
  expect(folded.map(({ state, events }) => [state, events])).toEqual(calls.map(() => ["FINISHED", 111]));
  expect(await readTopic(opened, opened.topics.deadLetters)).toEqual([]);
});

const MiB = 1024 * 1024;
/** Half of the memory, for the old generation of the heap. Buffers, code and stacks need the rest. */
const IN_512_MIB = { NODE_OPTIONS: "--max-old-space-size=256" };
const LARGE_MS = 300_000;

/** Stores a batch of calls with 280 MB of events. A fold reads all events of its call. */
async function batchOfLargeCalls(): Promise<void> {
  const gateway = await openGateway({ ingest: 0, realtime: 0, env: IN_512_MIB });
  const { store, connection } = await openStore(uriOf(gateway.db.databaseName).href);
  opened.closing(() => connection.close());
  opened.closing(gateway.close);
  const service = gateway.projector[0]!;
  await service.stop();
  const calls = largeCalls(40);
  let next = 0;
  for (const { events } of calls) {
    await store.apply(batchOf(events, next || null, 0), foldCall);
    next += events.length;
  }
  const { codec, topics } = gateway.opened;
  const outlet = createOutlet({ codec, publisher: gateway.opened.publisher(), topics });
  const late = calls.map(({ call_id }) => eventOf(`{"type":"call.finished","call_id":"${call_id}"}`));
  await Promise.all(late.map(outlet.publish));
  await service.start();
  await service.ready();
  const finished = () => gateway.db.collection("calls").countDocuments({ state: "FINISHED" });
  const ended = service.exited.then(({ code, signal }) =>
    Promise.reject(new Error(`the projector ended: ${signal ?? code}`)),
  );
  await Promise.race([eventually(async () => expect(await finished()).toBe(calls.length), LARGE_MS), ended]);
  const peak = peakBytes(service.pid);
  console.info(`a batch of ${calls.length} large calls: ${Math.round(peak / MiB)} MiB at most`);
  expect(peak).toBeLessThan(512 * MiB);
}

if (LONG)
  test(
    "a projector in 512 MiB stores a batch of 40 calls whose events exceed its memory together",
    batchOfLargeCalls,
    600_000,
  );
