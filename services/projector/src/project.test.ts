import { beforeEach, expect, test } from "@jest/globals";
import { type CallStore, type Change, type Event, findParties, foldCall, Unavailable } from "@teravoz/domain";
import {
  type ConsumedBatch,
  type ConsumedRecord,
  type OutgoingRecord,
  type Park,
  parkBroken,
  topicNames,
  Undecodable,
} from "@teravoz/kafka";
import { createLog, createMetrics } from "@teravoz/runtime";
import { createMemoryStore } from "@teravoz/store";
import { TICK_KEY } from "./erasure/tombstones.ts";
import { createProjection, type ProjectorPorts } from "./project.ts";

const TOPIC = "call-events";
const NOW_MS = Date.UTC(2026, 0, 2);

let store: ReturnType<typeof createMemoryStore>;
let happened: string[];
let notified: Change[][];
let superseded: number[];
let parked: { offset: number; reason: string }[];
let published: OutgoingRecord[];
beforeEach(() => {
  store = createMemoryStore({ now: () => NOW_MS });
  [happened, notified, parked, superseded, published] = [[], [], [], [], []];
});

const park: Park = async ({ offset }, _batch, error) =>
  void parked.push({ offset, reason: error instanceof Undecodable ? error.reason : "unstorable" });

/**
 * Creates a projection on the in-memory store. Its records hold events as plain JSON. `ports` replace its own ports.
 */
function project(ports: Partial<ProjectorPorts> = {}) {
  const metrics = createMetrics();
  const handle = createProjection({
    store: {
      ...store,
      apply: async (batch, fold) => {
        const applied = await store.apply(batch, fold);
        happened.push("stored");
        return applied;
      },
    },
    queries: store,
    codec: {
      decodeEvent: async (value) => decode(value),
      encodeEvent: async (event) => Buffer.from(JSON.stringify(event)),
    },
    findParties,
    now: () => new Date(NOW_MS),
    fold: foldCall,
    writer: "this one",
    onSuperseded: (revision) => void superseded.push(revision),
    park,
    topics: topicNames(""),
    publisher: {
      publish: async (outgoing) => {
        happened.push("answered");
        published.push(outgoing);
      },
    },
    notify: async (changes) => {
      happened.push("notified");
      notified.push([...changes]);
    },
    log: createLog("test", "silent"),
    metrics,
    ...ports,
  });
  return { handle, metrics };
}

function decode(value: Buffer): Event {
  if (value.toString() === "poison") throw new Undecodable("not-avro");
  const event = JSON.parse(value.toString());
  return { ...event, received_at: new Date(event.received_at) };
}

const eventOf = (uuid: string, aggregate_id: string, more: Partial<Event> = {}): Event => ({
  uuid,
  kind: "call",
  aggregate_id,
  type: "call.new",
  occurred_at: null,
  received_at: new Date(NOW_MS),
  payload: JSON.stringify({ type: "call.new", call_id: aggregate_id }),
  ...more,
});

const record = (offset: number, value: Event | "poison" | null): ConsumedRecord => ({
  offset,
  key: value === null ? null : Buffer.from("key"),
  value: value === null ? null : Buffer.from(value === "poison" ? value : JSON.stringify(value)),
  headers: {},
  timestamp: NOW_MS,
});

const tombstone = (offset: number, key: string): ConsumedRecord => ({
  ...record(offset, null),
  key: Buffer.from(key),
});

const logged = (event: Event) => ({ ...event, source: { topic: TOPIC, partition: 3, offset: 0 } });

const batchOf = (expected: number | null, records: ConsumedRecord[], more: Partial<ConsumedBatch> = {}) => ({
  topic: TOPIC,
  partition: 3,
  expected,
  records,
  stored: [],
  next: (records.at(-1)?.offset ?? -1) + 1,
  ...more,
});

const change = (key: string, version = NOW_MS): Change => ({ key, kind: "call", version, erased: false });
const position = () => store.position(TOPIC, 3);
const isStored = async (call_id: string) => (await store.findCalls([call_id])).length === 1;

test("a batch that its own earlier try has stored is reported as stored, and one that another writer has stored as fenced", async () => {
  const { handle } = project();
  const batch = batchOf(null, [record(0, eventOf("a", "1"))]);
  await handle(batch);
  expect(await handle(batch)).toBe("stored");
  expect(await project({ writer: "another" }).handle(batch)).toBe("fenced");
});

test("a batch is stored with its position, and its changes are notified afterwards", async () => {
  const { handle } = project();
  expect(await handle(batchOf(null, [record(0, eventOf("a", "1")), record(1, eventOf("b", "2"))]))).toBe(
    "done",
  );
  expect(happened).toEqual(["stored", "notified"]);
  expect(notified).toEqual([[change("1"), change("2")]]);
  expect(await position()).toBe(2);
  expect((await store.findCalls(["1"]))[0]).toMatchObject({ id: 1, state: "NEW", events: 1 });
});

test("a change is not notified before it is stored", async () => {
  const readable: boolean[] = [];
  const { handle } = project({ notify: async () => void readable.push(await isStored("1")) });
  await handle(batchOf(null, [record(0, eventOf("a", "1"))]));
  expect(readable).toEqual([true]);
});

test("an event keeps its place in the log", async () => {
  const { handle } = project();
  await handle(batchOf(null, [record(7, eventOf("a", "1"))]));
  const { items } = await store.listCallEvents("1", { limit: 10, bytes: 1_000, cursor: null });
  expect(items.map(({ source }) => source)).toEqual([{ topic: TOPIC, partition: 3, offset: 7 }]);
});

test("a duplicate is not stored again, counts as a duplicate and is notified nevertheless", async () => {
  const { handle, metrics } = project();
  await handle(batchOf(null, [record(0, eventOf("a", "1")), record(1, eventOf("a", "1"))]));
  await handle(batchOf(2, [record(2, eventOf("a", "1"))]));
  expect(notified).toEqual([[change("1")], [change("1")]]);
  expect((await store.findCalls(["1"]))[0]!.events).toBe(1);
  const counted = (await metrics.events.get()).values.map(({ labels, value }) => [labels.outcome, value]);
  expect(counted).toEqual([
    ["stored", 1],
    ["duplicate", 2],
  ]);
});

test("a batch fails while its notices cannot be sent, and its next run sends the notices of the stored records", async () => {
  let away = true;
  const notify = async (changes: readonly Change[]) => {
    if (away) throw new Unavailable("away");
    notified.push([...changes]);
  };
  const { handle } = project({ notify });
  const records = [record(0, eventOf("a", "1"))];
  await expect(handle(batchOf(null, records))).rejects.toThrow(Unavailable);
  expect(await position()).toBe(1);
  away = false;
  // the position has moved, so the consumer reads the same record below it
  expect(await handle(batchOf(1, [], { stored: records, next: 1 }))).toBe("done");
  expect(notified).toEqual([[change("1")]]);
});

test("a stored record is not parked if its notice is refused permanently: the batch waits, and its notices are sent again", async () => {
  let refused = true;
  const notify = async (changes: readonly Change[]) => {
    if (refused) throw new Error("not authorized to write to the topic");
    notified.push([...changes]);
  };
  const handle = parkBroken(project({ notify }).handle, park);
  const records = [record(0, eventOf("a", "1"))];
  await expect(handle(batchOf(null, records))).rejects.toThrow(Unavailable);
  refused = false;
  expect(await handle(batchOf(1, [], { stored: records, next: 1 }))).toBe("done");
  expect([parked, notified]).toEqual([[], [[change("1")]]]);
});

test("stored events are counted, even if their notices fail", async () => {
  const notify = () => Promise.reject(new Unavailable("away"));
  const { handle, metrics } = project({ notify });
  await expect(handle(batchOf(null, [record(0, eventOf("a", "1"))]))).rejects.toThrow(Unavailable);
  const counted = (await metrics.events.get()).values.map(({ labels, value }) => [labels.outcome, value]);
  expect(counted).toEqual([["stored", 1]]);
});

test("a batch that is too large for the store is stored in parts, and none of its records is parked", async () => {
  const apply: CallStore["apply"] = async (batch, fold) => {
    if (new Set(batch.events.map(({ aggregate_id }) => aggregate_id)).size > 2) throw new Error("too large");
    return store.apply(batch, fold);
  };
  const handle = parkBroken(project({ store: { ...store, apply } }).handle, park);
  const calls = ["1", "2", "3", "4", "5", "6", "7"];
  const records = calls.map((call, offset) => record(offset, eventOf(`event-${call}`, call)));
  expect(await handle(batchOf(null, records))).toBe("done");
  expect([await Promise.all(calls.map(isStored)), parked]).toEqual([calls.map(() => true), []]);
  expect(await position()).toBe(7);
});

test("records below the position are notified in their current state, and are not stored", async () => {
  const { handle } = project();
  await handle(batchOf(null, [record(0, eventOf("a", "1"))]));
  happened = [];
  const stored = [record(0, eventOf("a", "1")), record(0, eventOf("x", "never stored")), record(0, null)];
  await handle(batchOf(1, [], { stored, next: 1 }));
  expect(happened).toEqual(["notified"]);
  expect(notified.at(-1)).toEqual([change("1")]);
  expect(await position()).toBe(1);
  await handle(batchOf(1, [record(1, eventOf("b", "2"))], { stored }));
  expect(notified.at(-1)).toEqual([change("2"), change("1")]);
  expect(await isStored("never stored")).toBe(false);
});

test("a record below the position that cannot be read is not parked again", async () => {
  const { handle } = project();
  await handle(batchOf(5, [], { stored: [record(0, "poison")], next: 5 }));
  expect(parked).toEqual([]);
});

test("a tombstone erases its whole call in the transaction of the position, and is notified as an erasure", async () => {
  const { handle } = project();
  await handle(batchOf(null, [record(0, eventOf("a", "1")), record(1, eventOf("b", "2"))]));
  expect(await handle(batchOf(2, [tombstone(2, "1")]))).toBe("done");
  expect([await isStored("1"), await isStored("2"), await position()]).toEqual([false, true, 3]);
  expect(notified.at(-1)).toEqual([{ ...change("1"), erased: true }]);
  expect(published).toEqual([]);
});

test("a tick erases nothing and moves the position", async () => {
  const { handle } = project();
  await handle(batchOf(null, [record(0, eventOf("a", "1")), tombstone(1, TICK_KEY), record(2, null)]));
  expect([await isStored("1"), await position(), parked]).toEqual([true, 3, []]);
  expect(await store.findErased([{ kind: "call", key: TICK_KEY }])).toEqual([]);
});

test("an event of an erased call is answered by a tombstone before the position moves, and is never stored", async () => {
  const { handle, metrics } = project();
  await handle(batchOf(null, [record(0, eventOf("a", "1")), tombstone(1, "1")]));
  happened = [];
  await handle(
    batchOf(2, [record(2, eventOf("a", "1")), record(3, eventOf("c", "1")), record(4, eventOf("b", "2"))]),
  );
  expect(happened).toEqual(["answered", "stored", "notified"]);
  expect(published).toEqual([
    {
      topic: TOPIC,
      key: "1",
      value: null,
      headers: { erased_at: new Date(NOW_MS).toISOString() },
    },
  ]);
  expect([await isStored("1"), await isStored("2")]).toEqual([false, true]);
  expect(notified.at(-1)).toEqual([change("2")]);
  const counted = (await metrics.events.get()).values.map(({ labels, value }) => [labels.outcome, value]);
  expect(counted).toEqual(expect.arrayContaining([["erased", 3]]));
});

test("a tombstone never causes another tombstone, even if events of its call are before and after it in one batch", async () => {
  const { handle } = project();
  const records = [record(0, eventOf("a", "1")), tombstone(1, "1"), tombstone(2, "1"), tombstone(3, "2")];
  await handle(batchOf(null, records));
  expect(published).toEqual([]);
  await handle(batchOf(4, [tombstone(4, "1"), record(5, eventOf("b", "1")), tombstone(6, "1")]));
  expect(published).toEqual([]);
  await handle(batchOf(7, [tombstone(7, "1"), record(8, eventOf("c", "1"))]));
  expect(published.map(({ key }) => key)).toEqual(["1"]);
  expect([await isStored("1"), await position()]).toEqual([false, 9]);
});

test("the position does not move while a tombstone is not acknowledged", async () => {
  const publish = () => Promise.reject(new Unavailable("away"));
  const { handle } = project({ publisher: { publish } });
  await handle(batchOf(null, [tombstone(0, "1")]));
  await expect(handle(batchOf(1, [record(1, eventOf("a", "1"))]))).rejects.toThrow(Unavailable);
  expect([await isStored("1"), await position()]).toEqual([false, 1]);
});

test("after a crash that followed the commit of an erasure, its leftovers are deleted and it is notified again, from the records below the position", async () => {
  const forgotten: string[] = [];
  const forget: CallStore["forget"] = async (erased) => void forgotten.push(...erased.map(({ key }) => key));
  const { handle } = project({ store: { ...store, forget } });
  await handle(batchOf(null, [record(0, eventOf("a", "1")), tombstone(1, "1")]));
  [forgotten.length, notified] = [0, []];
  await handle(batchOf(2, [], { stored: [record(0, eventOf("a", "1")), tombstone(1, "1")], next: 2 }));
  expect(forgotten).toEqual(["1"]);
  expect(notified).toEqual([[{ ...change("1", 0), erased: true }]]);
});

test("an erased agent keeps later events, regardless of the tombstones that answer earlier ones", async () => {
  const { handle } = project();
  const topic = "agent-events";
  const at = (ms: number) => new Date(NOW_MS + ms);
  const paused = (uuid: string, ms: number) =>
    eventOf(uuid, "ana", { kind: "agent", type: "actor.paused", received_at: at(ms) });
  const write = (expected: number | null, ...records: ConsumedRecord[]) =>
    handle({ ...batchOf(expected, records), topic });
  await write(null, record(0, paused("old", -5)), tombstone(1, "ana"), record(2, paused("new", 5)));
  await write(3, record(3, paused("old", -5)));
  const [answer] = published;
  expect(answer).toMatchObject({ topic, key: "ana", headers: { erased_at: at(0).toISOString() } });
  await write(4, { ...tombstone(4, "ana"), headers: answer!.headers!, timestamp: NOW_MS + 9 });
  expect((await store.findErased([{ kind: "agent", key: "ana" }]))[0]!.erased_at).toEqual(at(0));
  // a stored event counts as a duplicate: the new event is stored, the old one is not
  const outcome = await store.apply(
    {
      topic,
      partition: 3,
      expected: 5,
      next: 6,
      events: ["old", "new"].map((uuid) => logged(paused(uuid, uuid === "new" ? 5 : -5))),
    },
    foldCall,
  );
  expect(outcome).toMatchObject({ added: [], dropped: ["old"], duplicates: ["new"] });
});

const NUMBER = "+5511987654321";
const kept = { kind: "number", key: NUMBER } as const;
const at = (ms: number) => new Date(NOW_MS + ms);
const naming = (uuid: string, call: string, ms: number, their_number = "(11) 98765-4321") =>
  eventOf(uuid, call, {
    received_at: at(ms),
    payload: JSON.stringify({ type: "call.new", call_id: call, their_number }),
  });

test("a late event of an erased person erases its whole call, and a new call of the person is stored", async () => {
  const { handle } = project();
  await handle(batchOf(null, [record(0, eventOf("a", "old")), record(1, eventOf("b", "other"))]));
  await store.keepOut(kept, { erased_at: at(10), possible: false });
  const records = [
    record(2, naming("c", "old", 5)),
    record(3, naming("d", "unknown", 5)),
    record(4, eventOf("e", "unknown", { received_at: at(99) })),
    record(5, naming("f", "new", 11)),
    record(6, naming("g", "another", 5, "5511900000000")),
  ];
  expect(await handle(batchOf(2, records))).toBe("done");
  expect(published.map(({ key, value, headers }) => [key, value, Object.keys(headers ?? {})])).toEqual([
    ["old", null, ["erased_at"]],
    ["unknown", null, ["erased_at"]],
  ]);
  const stored = await Promise.all(["old", "unknown", "other", "new", "another"].map(isStored));
  expect(stored).toEqual([false, false, true, true, true]);
  expect(
    notified
      .at(-1)!
      .filter(({ erased }) => erased)
      .map(({ key }) => key),
  ).toEqual(["old", "unknown"]);
  // later events of the call are not stored either, because the ledger has the call now
  await handle(batchOf(7, [record(7, eventOf("h", "old", { received_at: at(99) }))]));
  expect(await isStored("old")).toBe(false);
});

test("an erased person is found in a large batch too", async () => {
  const { handle } = project();
  const many = (first: number) =>
    Array.from({ length: 60 }, (_, n) => record(first + n, naming(`${first + n}`, `${first + n}`, 5)));
  expect(await store.knowsPersons()).toBe(false);
  await handle(batchOf(null, many(0)));
  await store.keepOut(kept, { erased_at: at(10), possible: false });
  await handle(batchOf(60, many(60)));
  expect([await isStored("59"), await isStored("60"), await isStored("119")]).toEqual([true, false, false]);
});

test("a batch is checked again if a person is erased between the check and the transaction", async () => {
  const apply: CallStore["apply"] = async (batch, fold) => {
    await store.keepOut(kept, { erased_at: at(10), possible: false });
    return store.apply(batch, fold);
  };
  const records = [record(0, naming("a", "1", 5))];
  expect(await project({ store: { ...store, apply } }).handle(batchOf(null, records))).toBe("fenced");
  expect(await project().handle(batchOf(null, records))).toBe("done");
  expect(await isStored("1")).toBe(false);
});

test("an event that is only possibly about an erased person is not stored if the erasure included possible findings", async () => {
  const { handle } = project();
  const payload = JSON.stringify({ call_id: "1", code: "11987654321" });
  const possible = (uuid: string, call: string) => eventOf(uuid, call, { payload });
  await store.keepOut(kept, { erased_at: at(10), possible: false });
  await handle(batchOf(null, [record(0, possible("a", "1"))]));
  await store.keepOut(kept, { erased_at: at(10), possible: true });
  await handle(batchOf(1, [record(1, possible("b", "2"))]));
  expect([await isStored("1"), await isStored("2")]).toEqual([true, false]);
});

test("only the erased person's event of a dialer's campaign is erased, and the others are published again after the tombstone", async () => {
  const { handle } = project();
  const topic = "agent-events";
  const attempt = (uuid: string, number: string, ms = 0) =>
    eventOf(uuid, "campaign", {
      kind: "agent",
      type: "dialer.attempt",
      received_at: at(ms),
      payload: JSON.stringify({ type: "dialer.attempt", code: "campaign", number }),
    });
  await handle({ ...batchOf(null, [record(0, attempt("one", "5511900000001"))]), topic });
  await store.keepOut(kept, { erased_at: at(10), possible: false });
  const records = [
    record(1, attempt("own", "11987654321")),
    record(2, attempt("two", "5511900000002")),
    record(3, attempt("later", "11987654321", 11)),
  ];
  await handle({ ...batchOf(1, records), topic });
  const [tombstone, ...again] = published;
  expect(tombstone).toMatchObject({ key: "campaign", value: null, headers: { uuids: "own" } });
  expect(again.map(({ value }) => JSON.parse(String(value)).uuid)).toEqual(["one", "two", "later"]);
  const left = async () =>
    (await store.listAgentEvents("campaign", { since: at(-1), limit: 9 })).map(({ uuid }) => uuid).sort();
  expect(await left()).toEqual(["later", "one", "two"]);
  // if they are read again they are duplicates, not redeliveries, and cause no tombstone
  const back = [
    { ...record(4, null), key: Buffer.from("campaign"), headers: tombstone!.headers! },
    ...again.map(({ value, headers }, n) => ({ ...record(5 + n, null), value, headers: headers! })),
  ];
  published = [];
  await handle({ ...batchOf(4, back), topic });
  expect(published).toEqual([]);
  expect(await left()).toEqual(["later", "one", "two"]);
  expect((await store.findEvent("one"))!.redeliveries).toBeUndefined();
});

test("a record that cannot be read and names an erased person is not parked, and its call is erased", async () => {
  const { handle } = project();
  await store.keepOut(kept, { erased_at: at(10), possible: false });
  const broken = { ...record(0, null), value: Buffer.from('poison {"their_number":"11987654321"}') };
  const codec = {
    decodeEvent: () => Promise.reject(new Undecodable("not-avro")),
    encodeEvent: async () => Buffer.from(""),
  };
  const { handle: handleBroken } = project({ codec });
  await handleBroken(batchOf(null, [{ ...broken, key: Buffer.from("1") }]));
  expect([parked, published.map(({ key }) => key)]).toEqual([[], ["1"]]);
  await handle(batchOf(1, [record(1, eventOf("a", "1"))]));
  expect(await isStored("1")).toBe(false);
});

test("a record that cannot be read is parked with its reason, and all others are stored", async () => {
  const { handle } = project();
  const records = [record(0, "poison"), record(1, eventOf("a", "1")), record(2, "poison")];
  expect(await handle(batchOf(null, records))).toBe("done");
  expect(parked).toEqual([
    { offset: 0, reason: "not-avro" },
    { offset: 2, reason: "not-avro" },
  ]);
  expect([await isStored("1"), await position()]).toEqual([true, 3]);
});

test("a record of an erased call that cannot be read is answered by a tombstone too, and is not parked", async () => {
  const { handle } = project();
  const poison = (offset: number, key: string, timestamp = NOW_MS): ConsumedRecord => ({
    ...record(offset, "poison"),
    key: Buffer.from(key),
    timestamp,
  });
  // a record that is followed by a tombstone in the log needs no further one
  await handle(batchOf(null, [poison(0, "1"), tombstone(1, "1"), tombstone(2, "2"), poison(3, "2")]));
  expect([published.map(({ key }) => key), parked, await position()]).toEqual([["2"], [], 4]);
  happened = [];
  await handle(batchOf(4, [poison(4, "1"), poison(5, "3")]));
  expect(happened).toEqual(["answered", "stored", "notified"]);
  expect(published.at(-1)).toEqual({
    topic: TOPIC,
    key: "1",
    value: null,
    headers: { erased_at: new Date(NOW_MS).toISOString() },
  });
  expect([published.length, parked]).toEqual([2, [{ offset: 5, reason: "not-avro" }]]);
  // newer records of an agent are not covered by its erasure
  const topic = "agent-events";
  const records = [tombstone(0, "ana"), poison(1, "ana"), poison(2, "ana", NOW_MS + 1)];
  await handle({ ...batchOf(null, records), topic });
  expect(published.at(-1)).toMatchObject({ topic, key: "ana" });
  expect([published.length, parked.map(({ offset }) => offset)]).toEqual([3, [5, 2]]);
});

test("nothing is stored before every record that cannot be read is parked", async () => {
  const { handle } = project({ park: () => Promise.reject(new Unavailable("away")) });
  await expect(handle(batchOf(null, [record(0, "poison"), record(1, eventOf("a", "1"))]))).rejects.toThrow(
    Unavailable,
  );
  expect([await isStored("1"), await position()]).toEqual([false, null]);
});

test("nothing is parked, stored or notified while the registry is unavailable and a schema is unknown", async () => {
  const decodeEvent = () => Promise.reject(new Unavailable("registry away"));
  const { handle } = project({ codec: { decodeEvent, encodeEvent: async () => Buffer.from("") } });
  await expect(handle(batchOf(null, [record(0, eventOf("a", "1"))]))).rejects.toThrow(Unavailable);
  expect([parked, happened, await position()]).toEqual([[], [], null]);
});

test("a fenced projector notifies nothing and changes nothing", async () => {
  const { handle } = project();
  await handle(batchOf(null, [record(0, eventOf("a", "1"))]));
  [happened, notified] = [[], []];
  const overtaken = project({ writer: "another" });
  const late = batchOf(null, [record(0, eventOf("b", "2"))], { stored: [record(0, eventOf("a", "1"))] });
  expect(await overtaken.handle(late)).toBe("fenced");
  expect(notified).toEqual([]);
  expect([await isStored("2"), await position()]).toEqual([false, 1]);
});

test("a projector that a newer release has superseded writes nothing, notifies nothing and calls onSuperseded", async () => {
  const { handle } = project();
  await handle(batchOf(null, [record(0, eventOf("a", "1"))]));
  await store.claim([{ topic: TOPIC, partition: 3 }], foldCall.revision + 1);
  [happened, notified] = [[], []];
  expect(await handle(batchOf(1, [record(1, eventOf("b", "2"))]))).toBe("fenced");
  expect([superseded, notified, await isStored("2"), await position()]).toEqual([
    [foldCall.revision + 1],
    [],
    false,
    1,
  ]);
});

test("an event that can never be stored is parked, and the others of its batch are stored and notified", async () => {
  const { handle } = project();
  const records = Array.from({ length: 9 }, (_, n) => record(n, eventOf(`uuid-${n}`, `call-${n}`)));
  // the uuid of another call's event
  records[4] = record(4, eventOf("uuid-0", "call-4"));
  expect(await parkBroken(handle, park)(batchOf(null, records))).toBe("done");
  expect(parked).toEqual([{ offset: 4, reason: "unstorable" }]);
  const calls = await store.findCalls(records.map((_, n) => `call-${n}`));
  expect(calls.map(({ aggregate_id }) => aggregate_id).sort()).toEqual(
    [0, 1, 2, 3, 5, 6, 7, 8].map((n) => `call-${n}`),
  );
  expect(
    notified
      .flat()
      .map(({ key }) => key)
      .sort(),
  ).toEqual(calls.map(({ aggregate_id }) => aggregate_id).sort());
  expect(await position()).toBe(9);
});

test("an event of an agent is stored and notified, and creates no call", async () => {
  const { handle } = project();
  const agent = eventOf("a", "ana@example.com", { kind: "agent", type: "actor.paused" });
  await handle(batchOf(null, [record(0, agent)]));
  const notifiedOfAgent = { key: "ana@example.com", kind: "agent", version: NOW_MS, erased: false };
  expect(notified).toEqual([[notifiedOfAgent]]);
  expect(await isStored("ana@example.com")).toBe(false);
  await handle(batchOf(1, [], { stored: [record(0, agent)], next: 1 }));
  expect(notified.at(-1)).toMatchObject([{ key: "ana@example.com", kind: "agent" }]);
});
