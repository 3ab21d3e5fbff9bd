import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { findParties, foldCall } from "@teravoz/domain";
import { withAdmin } from "@teravoz/kafka";
import { createMongoErasures, createMongoStore } from "@teravoz/store";
import { eventually } from "../../support/eventually.ts";
import { ask, type Erasing, findText, openErasing, untilClean } from "../../support/services/erasing.ts";
import { openTopics, readTopic, type TestTopics } from "../../support/stack/kafka.ts";
import { batchOf, sampleEvent } from "../../support/stack/store.ts";
import { bodiesOfCalls, callIdOf, shuffle } from "../../support/traffic/traffic.ts";

const PATIENCE_MS = 60_000;

let opened: TestTopics;
let erasing: Erasing;
beforeAll(async () => {
  opened = await openTopics();
});
beforeEach(async () => {
  erasing = await openErasing(opened);
});
afterEach(() => opened.renew());
afterAll(() => opened.close());

const NUMBER = "5511987654321";
const call = (call_id: string, more: Record<string, unknown> = {}, type = "call.new") =>
  JSON.stringify({ type, call_id, timestamp: LONG_AGO, ...more });
const paused = (actor: string, timestamp: string) =>
  JSON.stringify({ type: "actor.paused", actor, timestamp });
const LONG_AGO = "2026-01-02T03:04:05Z";

const untilStored = (bodies: string[]) => erasing.untilStored([...new Set(bodies)]);
const erase = async (path: string, query = "") => {
  const answer = await ask(erasing.url, "DELETE", `${path}${query}`);
  expect(answer.status).toBe(202);
  expect(answer.headers.get("location")).toBe(`${path}/erasure`);
  return answer.body.data;
};

/** The last value of each key of a topic, null for a tombstone. */
async function lastValues(topic: string): Promise<Map<string, Buffer | null>> {
  return new Map((await readTopic(opened, topic)).map(({ key, value }) => [String(key), value]));
}

test("calls erased during live traffic stay erased, all others are complete, and every erasure has its notice", async () => {
  erasing.project();
  const bodies = bodiesOfCalls(120);
  const ids = [...new Set(bodies.map(callIdOf))];
  const gone = new Set(ids.filter((_, n) => n % 4 === 0));
  const parts = [0, 1, 2, 3].map((part) => shuffle(bodies).filter((_, n) => n % 4 === part));
  await erasing.publish(parts[0]!);
  await Promise.all([
    erasing.publish(parts[1]!),
    ...[...gone].map((id) => erase(`/calls/${encodeURIComponent(id)}`)),
  ]);
  // late events, and events sent once more
  await erasing.publish([...parts[2]!, ...parts[3]!, ...parts[0]!]);
  const staying = bodies.filter((body) => !gone.has(callIdOf(body)));
  await untilStored(staying);
  for (const id of gone) await untilClean(erasing.url, `/calls/${encodeURIComponent(id)}`);
  await untilStored(staying);
  expect(await erasing.store.findCalls([...gone])).toEqual([]);
  expect(await erasing.store.findCalls(ids)).toHaveLength(ids.length - gone.size);
  // notices follow the commit that the receipts report
  await eventually(async () => {
    const notices = await readTopic(opened, opened.topics.callChanges);
    const changes = await Promise.all(notices.map(({ value }) => opened.codec.decodeChange(value!)));
    expect(new Set(changes.filter(({ erased }) => erased).map(({ key }) => key))).toEqual(gone);
  }, PATIENCE_MS);
});

/**
 * Waits until the projector has read everything. It publishes its answers before it moves on, so none is
 * pending then.
 */
async function untilAllRead(): Promise<void> {
  const topic = opened.topics.callEvents;
  await eventually(async () => {
    const ends = await withAdmin(opened.client, (admin) => admin.fetchTopicOffsets(topic));
    for (const { partition, high } of ends)
      expect((await erasing.store.position(topic, partition)) ?? 0).toBe(Number(high));
  }, PATIENCE_MS);
}

test("an event that is sent again after its call was erased is dropped, and its key ends with a tombstone", async () => {
  const projector = erasing.project();
  const bodies = [call("1"), call("1", {}, "call.finished"), call("2")];
  await erasing.publish(bodies);
  await untilStored(bodies);
  await erase("/calls/1");
  const receipt = await untilClean(erasing.url, "/calls/1");
  await erasing.publish([...bodies, call("1", {}, "call.waiting")]);
  await eventually(async () => {
    const last = await lastValues(opened.topics.callEvents);
    expect([last.get("1"), last.get("2") === null]).toEqual([null, false]);
  }, PATIENCE_MS);
  await untilStored([call("2")]);
  await untilAllRead();
  const records = await readTopic(opened, opened.topics.callEvents);
  // a tombstone that is read causes no further one, so their number stays the same
  const tombstones = records.filter(({ value }) => value === null).length;
  await erasing.publish([call("3")]);
  await untilStored([call("2"), call("3")]);
  await untilAllRead();
  const after = await readTopic(opened, opened.topics.callEvents);
  expect(after.filter(({ value }) => value === null)).toHaveLength(tombstones);
  expect(await untilClean(erasing.url, "/calls/1")).toMatchObject({ clean_at: receipt.clean_at });
  expect(projector.crashes).toEqual([]);
});

test("after an erasure no collection holds the call_id or the number, including the ledger and past calls", async () => {
  erasing.project();
  const call_id = "1463669263.30031";
  const bodies = [call(call_id, { their_number: NUMBER }), call("other", { their_number: "5511900000000" })];
  await erasing.publish(bodies);
  await untilStored(bodies);
  const { id: _id, version: _version, ...past } = (await erasing.store.findCalls([call_id]))[0]!;
  const { db } = erasing;
  type Past = { _id: string; [field: string]: unknown };
  await db.collection<Past>("past_march").insertOne({ ...past, _id: call_id });
  await db.collection<Past>("dead_letters").insertOne({ _id: "x", key: call_id, body: bodies[0]! });
  expect((await findText(erasing, NUMBER)).sort()).toEqual(["calls", "dead_letters", "events", "past_march"]);
  await erase(`/calls/${call_id}`);
  await untilClean(erasing.url, `/calls/${call_id}`);
  expect(await findText(erasing, NUMBER)).toEqual([]);
  expect(await findText(erasing, call_id)).toEqual([]);
  expect((await findText(erasing, "5511900000000")).sort()).toEqual(["calls", "events"]);
  expect(await db.collection("erased").countDocuments()).toBe(1);
});

test("the tombstone that answers a late event does not complete an erasure requested later", async () => {
  erasing.project();
  const late = call("1");
  await erase("/calls/1");
  await untilClean(erasing.url, "/calls/1");
  // its tombstone is not published yet
  const asked = await erasing.erasures.request([{ kind: "call", key: "1" }]);
  await erasing.publish([late]);
  const tombstones = async () =>
    (await readTopic(opened, opened.topics.callEvents)).filter(({ value }) => value === null);
  await untilAllRead();
  // the tombstone of the first request, and an answer. A member that rejoined before it had moved on has answered
  // twice.
  expect((await tombstones()).length).toBeGreaterThanOrEqual(2);
  expect(await erasing.erasures.receipt({ kind: "call", key: "1" })).toEqual(asked);
  await erase("/calls/1");
  await untilClean(erasing.url, "/calls/1");
});

test("the receipt says when the erasure was requested, when the store was clean, and by when the log will be", async () => {
  erasing.project();
  const before = Date.now();
  const id = "9.9 / ü";
  const path = `/calls/${encodeURIComponent(id)}`;
  expect((await ask(erasing.url, "GET", `${path}/erasure`)).status).toBe(404);
  const asked = await erase(path);
  expect(asked).toEqual({ requested_at: expect.any(String), clean_at: null, log_clean_by: null });
  const receipt = await untilClean(erasing.url, path);
  const [requested, clean, log] = [receipt.requested_at, receipt.clean_at, receipt.log_clean_by].map((time) =>
    Date.parse(String(time)),
  );
  expect(requested).toBeGreaterThanOrEqual(before);
  expect(clean).toBeGreaterThanOrEqual(requested!);
  const days = (log! - requested!) / 86_400_000;
  expect([days >= 16, days < 16.1]).toEqual([true, true]);
  // requested again: not clean until the erasure is done again
  expect(await erase(path)).toMatchObject({ clean_at: null });
  const again = await untilClean(erasing.url, path);
  expect(Date.parse(String(again.requested_at))).toBeGreaterThan(requested!);
});

test("an agent's erasure takes the agent's events and the calls that name the agent, and keeps later events", async () => {
  erasing.project();
  const ana = "ana.é@example.com";
  const own = [paused(ana, LONG_AGO), paused(ana, "2026-01-03T03:04:05Z")];
  const named = [
    call("a", { actor: ana }, "actor.entered"),
    call("a"),
    // as PHP escapes it
    call("b", { actor: ana }, "actor.entered").replace("é", "\\u00e9"),
  ];
  const others = [
    paused("bia@example.com", LONG_AGO),
    call("c", { actor: "bia@example.com" }, "actor.entered"),
    call("d"),
  ];
  await erasing.publish([...own, ...named, ...others]);
  await untilStored([...own, ...named, ...others]);
  const path = `/agents/${encodeURIComponent(ana)}`;
  expect(await erase(path)).toMatchObject({ calls: 2, agents: 1, clean: 0, clean_at: null });
  expect(await untilClean(erasing.url, path)).toMatchObject({ calls: 2, agents: 1, clean: 3 });
  await untilStored(others);
  const later = paused(ana, new Date(Date.now() + 1_000).toISOString());
  await erasing.publish([later, own[0]!]);
  await untilStored([...others, later]);
  // the tombstone that answers the old event does not affect the new one
  await eventually(async () => expect((await lastValues(opened.topics.agentEvents)).get(ana)).toBeNull());
  await erasing.publish([call("e")]);
  await untilStored([...others, later, call("e")]);
});

type DeadLetterDocument = {
  _id: string;
  key: string | null;
  body: Buffer | null;
  source: { topic: string } | null;
};
const deadLetter = (_id: string, key: string | null, text: string): DeadLetterDocument => ({
  _id,
  key,
  source: null,
  body: Buffer.from(text),
});

test("a number's erasure finds every spelling in fields, free data, agents' events and dead letters, and no other number", async () => {
  erasing.project();
  const finds = [
    call("1", { their_number: NUMBER }),
    call("2", { our_number: `+${NUMBER}` }),
    call("3", { anything: { deep: ["caf\u00e9 +55 11 98765-4321"] } }),
    call("4", { anything: "é(11)98765-4321" }).replace("é", "\\u00e9"),
    call("5", { their_number: "011987654321" }),
    call("6", { their_number: 5511987654321 }),
    call("7", { url: "https://crm.example/?phone=%2B5511987654321" }),
    // only one of its events names the number
    call("8", { data: [{ telefone: "1187654321" }] }, "call.data-provided"),
    JSON.stringify({ type: "dialer.attempt", number: NUMBER, sid: "1" }),
  ];
  const passes = [
    call("p1", { their_number: `${NUMBER}0` }),
    call("p2", { their_number: `9${NUMBER}` }),
    call("p3"),
    call("p4", { their_number: "anonymous", our_number: "08001234567" }),
    paused(NUMBER, LONG_AGO),
  ];
  await erasing.publish([...finds, call("8"), ...passes]);
  await untilStored([...finds, call("8"), ...passes]);
  const deadLetters = erasing.db.collection<DeadLetterDocument>("dead_letters");
  await deadLetters.insertMany([
    deadLetter("keyless", null, `{"phone":"${NUMBER}"}`),
    deadLetter("of a call", "9", `{"their_number":"${NUMBER}"}`),
    deadLetter("another", "p3", "{}"),
    deadLetter("a call_id", "p5", `{"call_id":"${NUMBER}.1","sid":"${NUMBER}"}`),
    { ...deadLetter("dropped", `+${NUMBER}`, ""), body: null, source: { topic: opened.topics.agentEvents } },
    { ...deadLetter("an extension", NUMBER, ""), body: null, source: { topic: opened.topics.agentEvents } },
  ]);
  const path = `/numbers/${encodeURIComponent("(11) 98765-4321")}`;
  // one of them has it as our_number
  expect(await erase(path, "?confirm=9")).toMatchObject({ calls: 9, clean: 0 });
  expect(await untilClean(erasing.url, `/numbers/${NUMBER}`)).toMatchObject({ calls: 9 });
  await untilStored(passes);
  const left = (await deadLetters.find().toArray()).map(({ _id }) => _id);
  expect(left.sort()).toEqual(["a call_id", "an extension", "another"]);
  expect((await ask(erasing.url, "GET", `/numbers/5511900001111/erasure`)).status).toBe(404);
});

const attempt = (code: string, number: string) =>
  JSON.stringify({ type: "dialer.attempt", code, number, sid: `${code}-${number}` });

test("the erasure of a number takes only that person's attempts from a dialer's campaign, and the log keeps the others behind the tombstone", async () => {
  erasing.project();
  const numbers = [1, 2, 3, 4].map((n) => `551190000000${n}`);
  const others = [...numbers.map((number) => attempt("campaign", number)), paused("campaign", LONG_AGO)];
  const own = [attempt("campaign", "011987654321"), attempt("campaign", `+${NUMBER}`)];
  await erasing.publish([...others, ...own]);
  await untilStored([...others, ...own]);
  expect(await erase(`/numbers/${NUMBER}`)).toMatchObject({ calls: 0, agents: 1 });
  expect(await untilClean(erasing.url, `/numbers/${NUMBER}`)).toMatchObject({ agents: 1, clean: 1 });
  await untilStored(others);
  const records = (await readTopic(opened, opened.topics.agentEvents)).filter(
    ({ key }) => String(key) === "campaign",
  );
  const behind = records.slice(records.findLastIndex(({ value }) => value === null) + 1);
  const events = await Promise.all(behind.map(({ value }) => opened.codec.decodeEvent(value!)));
  expect(events.map(({ payload }) => payload).sort()).toEqual(others.toSorted());
  // if they are sent again, they are not stored, and a new event of the campaign is stored
  const later = attempt("campaign", "5511900000009");
  await erasing.publish([...own, later]);
  await untilStored([...others, later]);
  await eventually(async () => {
    const all = await erasing.db
      .collection("events")
      .find({ redeliveries: { $exists: true } })
      .toArray();
    expect(all).toEqual([]);
  });
});

test("an agent's erasure keeps a dialer's events under the same key", async () => {
  erasing.project();
  const own = [paused("2001", LONG_AGO), call("a", { actor: 2001 }, "actor.entered")];
  const others = [attempt("2001", "5511900000001"), call("b", { code: "2001" })];
  await erasing.publish([...own, ...others]);
  await untilStored([...own, ...others]);
  expect(await erase("/agents/2001")).toMatchObject({ calls: 1, agents: 1 });
  expect(await untilClean(erasing.url, "/agents/2001")).toMatchObject({ clean: 2 });
  await untilStored(others);
});

test("unread and redelivered events of an erased person are dropped, and a new call of the person is stored", async () => {
  const first = erasing.project();
  const known = call("known", { their_number: NUMBER });
  await erasing.publish([known]);
  await untilStored([known]);
  await first.stop();
  // only one event of the call names the number, in another spelling
  const unread = [
    call("unread"),
    call("unread", { data: { fone: "(11) 98765-4321" } }, "call.data-provided"),
    call("unread", {}, "call.finished"),
    attempt("campaign", "011987654321"),
  ];
  const stranger = [attempt("campaign", "5511900000001"), call("stranger", { sid: NUMBER })];
  await erasing.publish([...unread, ...stranger]);
  await erase(`/numbers/${NUMBER}`);
  erasing.project();
  await untilClean(erasing.url, `/numbers/${NUMBER}`);
  await untilStored(stranger);
  // redelivered, or sent late from a spool: received before the erasure, published after it
  const spooled = call("spooled", { their_number: "1187654321", timestamp: undefined });
  await erasing.publish([known, ...unread]);
  await erasing.publish([spooled], new Date(Date.now() - 60_000));
  const fresh = call("new", { their_number: NUMBER, timestamp: new Date(Date.now() + 1_000).toISOString() });
  await erasing.publish([fresh]);
  await untilAllRead();
  await untilStored([...stranger, fresh]);
  const last = await lastValues(opened.topics.callEvents);
  expect(["known", "unread", "spooled"].map((key) => last.get(key))).toEqual([null, null, null]);
  expect(await erasing.store.findCalls(["known", "unread", "spooled"])).toEqual([]);
  // the receipt counts the late calls too
  expect(await untilClean(erasing.url, `/numbers/${NUMBER}`)).toMatchObject({
    calls: 3,
    agents: 1,
    clean: 4,
  });
});

test("digits in a call_id, a timestamp, a sid or a URL's path erase no call of another person", async () => {
  erasing.project();
  const digits = "1733344455";
  const strangers = [
    call(`${digits}.77`, { their_number: "5511900000001" }),
    call("1", { timestamp: digits }),
    call("2", { timestamp: Number(digits) }),
    call("3", { sid: digits, url: `https://pbx.example/rec/${digits}.mp3?id=${digits}` }),
    call("4", { data: [{ answer: digits }], code: digits }),
    call("5", { actor: digits }, "actor.entered"),
  ];
  const own = call("own", { their_number: digits });
  await erasing.publish([...strangers, own]);
  await untilStored([...strangers, own]);
  expect(await erase(`/numbers/${digits}`)).toMatchObject({ calls: 1 });
  await untilClean(erasing.url, `/numbers/${digits}`);
  await untilStored(strangers);
  // a value that is possibly a number is erased if the request includes it
  const asked = await ask(erasing.url, "DELETE", `/numbers/${digits}?include=possible`);
  expect([asked.status, asked.body.data.calls]).toEqual([202, 2]);
  await untilStored(strangers.slice(0, 4));
});

test("calls that exist only in past collections are found and erased", async () => {
  erasing.project();
  type Past = { _id: string; [field: string]: unknown };
  const past = erasing.db.collection<Past>("past_march");
  await past.insertMany([
    { _id: "1", their_number: "11 98765-4321", our_number: null },
    { _id: "2", their_number: "5511900000000", code: "11987654321" },
    { _id: "3", their_number: null, code: "(11) 98765-4321" },
  ]);
  expect(await erase(`/numbers/${NUMBER}`)).toMatchObject({ calls: 2 });
  await untilClean(erasing.url, `/numbers/${NUMBER}`);
  expect((await past.find().toArray()).map(({ _id }) => _id)).toEqual(["2"]);
});

test("after an agent's erasure no call holds the agent, in any field, case or collection", async () => {
  erasing.project();
  const { db } = erasing;
  const ana = "ana.souza@example.com";
  const path = `/agents/${encodeURIComponent(ana)}`;
  const steps = (call_id: string, ...types: [type: string, actor: string, number?: string][]) =>
    types.map(([type, actor, number = "2001"]) => call(call_id, { actor, number, queue: "900" }, type));
  const answered = steps("answered", ["actor.entered", ana], ["actor.left", ana], ["actor.entered", "beto"]);
  const rang = steps("rang", ["actor.ringing", ana], ["actor.noanswer", ana], ["actor.entered", "beto"]);
  const shouted = steps("other-case", ["actor.entered", "Ana.Souza@Example.com"]);
  const others = steps("stays", ["actor.ringing", "beto", "2002"], ["actor.entered", "beto", "2002"]);
  const mine = [...answered, ...rang, ...shouted];
  await erasing.publish([...mine, ...others]);
  await untilStored([...mine, ...others]);
  type Past = { _id: string; [field: string]: unknown };
  const past = db.collection<Past>("past_march");
  const places = [
    { actor: ana },
    { agents: ["beto", ana] },
    { legs: [{ agent: "beto", answered_by: ana }] },
    { talks: [{ agent: "Ana.Souza@example.com" }] },
    { rings: [{ agent: ana }] },
    { legs: [{ agent: ana }] },
    { offers: [{ agent: ana }] },
    { talks: [{ agent: "ana" }] },
  ];
  await past.insertMany(places.map((place, n) => ({ _id: `past-${n}`, ...place })));
  const everyCall = async () =>
    JSON.stringify([await db.collection("calls").find().toArray(), await past.find().toArray()]);
  expect((await everyCall()).toLowerCase()).toContain(ana);
  await erase(path);
  await untilClean(erasing.url, path);
  await untilStored(others);
  expect((await everyCall()).toLowerCase()).not.toContain(ana);
  expect((await past.find().toArray()).map(({ _id }) => _id)).toEqual([`past-${places.length - 1}`]);
  expect((await db.collection<Past>("calls").find().toArray()).map(({ _id }) => _id)).toEqual(["stays"]);
});

test("after the erasure of an agent without a login, no call has the extension as an agent's name", async () => {
  erasing.project();
  const own = call("own", { number: "2077", queue: "900" }, "actor.entered");
  const others = [
    call("a login's", { actor: "ana", number: "2077", queue: "900" }, "actor.entered"),
    call("dialled", { number: "2077" }, "call.new"),
  ];
  await erasing.publish([own, ...others]);
  await untilStored([own, ...others]);
  await erase("/agents/2077");
  await untilClean(erasing.url, "/agents/2077");
  await untilStored(others);
});

test("after a number's erasure no call holds the number, not even as an agent's telephone", async () => {
  erasing.project();
  const { db } = erasing;
  const bodies = [
    call("caller", { their_number: NUMBER, queue: "900" }, "call.waiting"),
    call("agent", { actor: "ana", number: `0${NUMBER.slice(-11)}`, queue: "900" }, "actor.ringing"),
  ];
  const other = call("stays", { actor: "ana", number: "2001", queue: "900" }, "actor.ringing");
  await erasing.publish([...bodies, other]);
  await untilStored([...bodies, other]);
  type Past = { _id: string; [field: string]: unknown };
  const past = db.collection<Past>("past_march");
  await past.insertMany([
    { _id: "1", talks: [{ agent: "ana", extension: NUMBER }] },
    { _id: "2", rings: [{ agent: "ana", extension: NUMBER }] },
    { _id: "3", rings: [{ agent: "ana", extension: "2001" }] },
  ]);
  await erase(`/numbers/${NUMBER}`);
  await untilClean(erasing.url, `/numbers/${NUMBER}`);
  await untilStored([other]);
  expect(await findText(erasing, NUMBER.slice(-8))).toEqual([]);
  expect((await past.find().toArray()).map(({ _id }) => _id)).toEqual(["3"]);
});

test("more dead letters of a person than one command can name are deleted", async () => {
  const deadLetters = erasing.db.collection<{ _id: string }>("dead_letters");
  const ids = Array.from({ length: 250_000 }, (_, n) => String(n).padStart(64, "0"));
  await deadLetters.insertMany([ids[0]!, ids.at(-1)!, "another"].map((_id) => ({ _id })));
  await erasing.erasures.deleteDeadLetters(ids);
  expect((await deadLetters.find().toArray()).map(({ _id }) => _id)).toEqual(["another"]);
});

test("the ledger still keeps out erased calls after its key was replaced by a newer one", async () => {
  const { store, connection } = erasing;
  const event = sampleEvent();
  const erasure = { kind: "call" as const, key: event.aggregate_id };
  const at = new Date();
  await store.apply(
    { ...batchOf([event], null, 0), erasures: [{ ...erasure, erased_at: at, log_clean_by: at }] },
    foldCall,
  );
  const keys = ["a newer key", "a test's key"];
  const rotated = createMongoStore({ connection, log: opened.log, erasureKeys: keys });
  expect(await rotated.apply(batchOf([event], 1, 0), foldCall)).toMatchObject({ dropped: [event.uuid] });
  const erasures = createMongoErasures({ connection, erasureKeys: keys, parties: findParties });
  expect(await erasures.receipt(erasure)).toMatchObject({ requested_at: at });
  const lost = createMongoStore({ connection, log: opened.log, erasureKeys: ["a newer key"] });
  expect(await lost.findErased([erasure])).toEqual([]);
});

test("erased calls are found in any order of key rotation, and a list that lacks a key in use is detected", async () => {
  const { connection } = erasing;
  const storeOf = (...keys: string[]) => createMongoStore({ connection, log: opened.log, erasureKeys: keys });
  const hasUnreadable = (...keys: string[]) =>
    createMongoErasures({ connection, erasureKeys: keys, parties: findParties }).hasUnreadable();
  const at = new Date();
  // instances whose lists differ for a while: each finds the erasures of all others
  const lists = [["old"], ["new", "old"], ["old", "new"], ["newest", "new", "old"]];
  for (const [n, list] of lists.entries()) {
    const key = `erased-by-${n}`;
    const erasures = [{ kind: "call" as const, key, erased_at: at, log_clean_by: at }];
    const batch = { ...batchOf([], n === 0 ? null : n, 0), next: n + 1, erasures };
    expect(await storeOf(...list).apply(batch, foldCall)).toMatchObject({ fenced: false });
    for (const other of lists) {
      const found = await storeOf(...other).findErased([{ kind: "call", key }]);
      expect([other, found]).toEqual([other, [{ kind: "call", key, erased_at: at }]]);
    }
  }
  expect(await hasUnreadable("newest", "old")).toBe(false);
  // the first was erased by an instance that knew only the old key
  expect([await hasUnreadable("new"), await hasUnreadable("another")]).toEqual([true, true]);
  await connection.db.collection("erased").deleteMany({ under: { $not: /,/ } });
  expect([await hasUnreadable("new"), await hasUnreadable("another")]).toEqual([false, true]);
});

test("if processes list the keys in different orders during a rotation, receipts still turn clean", async () => {
  const { connection } = erasing;
  const keys = ["a newer key", "a test's key"];
  const { request, requestFor, receipt, personReceipt } = createMongoErasures({
    parties: findParties,
    connection,
    erasureKeys: keys,
  });
  const [call, person] = [
    { kind: "call", key: "1" } as const,
    { kind: "number", key: `+${NUMBER}` } as const,
  ];
  await request([call], person);
  await requestFor(person, new Date());
  const other = createMongoStore({ connection, log: opened.log, erasureKeys: keys.toReversed() });
  const [erased_at, log_clean_by] = [new Date(), new Date()];
  await other.apply(
    { ...batchOf([], null, 0), next: 1, erasures: [{ ...call, erased_at, log_clean_by }] },
    foldCall,
  );
  expect(await receipt(call)).toMatchObject({ clean_at: expect.any(Date) });
  expect(await personReceipt(person)).toMatchObject({ calls: 1, clean: 1, clean_at: expect.any(Date) });
});

test("an erasure takes effect once its tombstone was read, not when it is requested", async () => {
  const body = call("1");
  const { store, erasures } = erasing;
  await erasures.request([{ kind: "call", key: "1" }]);
  // requested, not done: no event is dropped for it
  expect(await store.findErased([{ kind: "call", key: "1" }])).toEqual([]);
  expect(await erasures.receipt({ kind: "call", key: "1" })).toMatchObject({ clean_at: null });
  erasing.project();
  await erasing.publish([body]);
  await untilStored([body]);
  await erase("/calls/1");
  await untilClean(erasing.url, "/calls/1");
  await untilStored([]);
});

test("a call and an agent with more events than one transaction should delete are erased", async () => {
  const { db, store } = erasing;
  const many = (kind: "call" | "agent") =>
    Array.from({ length: 10_001 }, () => {
      const { uuid, ...event } = sampleEvent({ kind, aggregate_id: kind, received_at: new Date(0) });
      return { ...event, _id: uuid, id: 0 };
    });
  await db.collection<{ _id: string }>("events").insertMany([...many("call"), ...many("agent")]);
  await db.collection<{ _id: string; overgrown: true }>("calls").insertOne({ overgrown: true, _id: "call" });
  const [erased_at, log_clean_by] = [new Date(), new Date()];
  const erasures = (["call", "agent"] as const).map((kind) => ({ kind, key: kind, erased_at, log_clean_by }));
  await store.apply({ ...batchOf([], null, 0), next: 2, erasures }, foldCall);
  expect(await db.collection("events").countDocuments()).toBe(0);
  expect(await db.collection("calls").countDocuments()).toBe(0);
});
