import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import {
  type DeadLetters,
  type Event,
  eventId,
  findParties,
  foldCall,
  parseWebhook,
  Unavailable,
} from "@teravoz/domain";
import { createOutlet } from "@teravoz/ingest";
import { createCodec, deliveryHeader, type OutgoingRecord, type Publisher } from "@teravoz/kafka";
import { consumeEvents } from "@teravoz/projector";
import { createMongoErasures } from "@teravoz/store";
import { anHourAgo } from "../support/an-hour-ago.ts";
import { eventually } from "../support/eventually.ts";
import { openDeadLetters } from "../support/services/dead-letters-in-process.ts";
import { forgetfulRegistry } from "../support/services/forgetful-registry.ts";
import { openNextRelease } from "../support/services/next-release.ts";
import { startProjector } from "../support/services/projector-in-process.ts";
import { openTopics, readTopic, skipEarlierTests, type TestTopics } from "../support/stack/kafka.ts";
import { dropDatabase, erasureKeys, freshDatabase, openStore, uriOf } from "../support/stack/store.ts";
import { bodiesOf } from "../support/traffic/traffic.ts";

const PATIENCE_MS = 60_000;
const FIRST_SEEN = anHourAgo();

let opened: TestTopics;
let publisher: Publisher;
let projector: Awaited<ReturnType<typeof startProjector>>;
let deadLettersApi: Awaited<ReturnType<typeof openDeadLetters>>;
let around: (deadLetters: DeadLetters) => DeadLetters;
beforeAll(async () => {
  opened = await openTopics();
});
beforeEach(() => {
  publisher = opened.publisher();
  around = (deadLetters) => deadLetters;
});
afterEach(() => opened.renew());
afterAll(() => opened.close());

async function begin(options: Parameters<typeof startProjector>[1] = {}) {
  projector = await startProjector(opened, options);
  const { connection, store } = projector;
  deadLettersApi = await openDeadLetters(opened, { connection, store, parse: parseLater, around });
  // kafkajs continues to fetch if it is stopped while it joins
  await eventually(() => {
    for (const { check } of [projector, deadLettersApi.storing]) expect(check()).toEqual({ ok: true });
  }, PATIENCE_MS);
}

/** parseWebhook of a future release, which knows one more type. */
const parseLater: typeof parseWebhook = (bytes, received_at) => {
  const text = Buffer.from(bytes).toString();
  const parsed = parseWebhook(Buffer.from(text.replace('"call.imagined"', '"call.new"')), received_at);
  if (!text.includes('"call.imagined"') || parsed.outcome !== "accepted")
    return parseWebhook(bytes, received_at);
  const uuid = eventId(bytes, parsed.body, received_at);
  return { ...parsed, event: { ...parsed.event, uuid, type: "call.imagined", payload: text } };
};

function eventOf(body: string, received_at = new Date()): Event {
  const parsed = parseLater(Buffer.from(body), received_at);
  if (parsed.outcome !== "accepted") throw new Error(`no event: ${body}`);
  return parsed.event;
}

const outlet = () => createOutlet({ codec: opened.codec, publisher, topics: opened.topics });
const publish = (...events: Event[]) => Promise.all(events.map(outlet().publish));
/** Parks a body as ingest does when it answers 422. */
const refuse = (body: string | Buffer, receivedAt = FIRST_SEEN, key: string | null = null) =>
  outlet().park({ body: Buffer.from(body), key, reason: "unprocessable", receivedAt });

// biome-ignore lint/suspicious/noExplicitAny: answers of every shape
type Answered = { status: number; body: any };
async function ask(path: string, method = "GET", headers: Record<string, string> = {}): Promise<Answered> {
  const response = await fetch(`${deadLettersApi.url}${path}`, { method, headers });
  return { status: response.status, body: await response.json() };
}

const list = async (query = "") => (await ask(`/dead-letters${query}`)).body.data;
const untilListed = (count: number, query = "") =>
  eventually(async () => {
    const deadLetters = await list(query);
    expect(deadLetters).toHaveLength(count);
    return deadLetters;
  }, PATIENCE_MS);
const redrive = (id: string, query = "") => ask(`/dead-letters/${id}/redrive${query}`, "POST");
const storedEvents = () => projector.db.collection("events").find().sort({ id: 1 }).toArray();
const untilStored = (count: number) =>
  eventually(async () => {
    const events = await storedEvents();
    expect(events).toHaveLength(count);
    return events;
  }, PATIENCE_MS);

/** Records that cannot be stored, by their reason. `stored` is an event that is stored already. */
async function poisons(stored: Event): Promise<Record<string, OutgoingRecord>> {
  const { codec, topics } = opened;
  const record = (key: string, value: Buffer) => ({ topic: topics.callEvents, key, value });
  const good = await codec.encodeEvent(eventOf('{"type":"call.new","call_id":"poison"}'));
  const unknown = Buffer.from(good);
  unknown.writeInt32BE(2_000_000, 1);
  const change = { key: "1", kind: "call" as const, version: 1, erased: false };
  const impostor = { ...eventOf('{"type":"call.new","call_id":"impostor"}'), uuid: stored.uuid };
  return {
    "not-avro": record("a", Buffer.from([0, 255, 254, 0])),
    "unknown-schema": record("b", unknown),
    "foreign-schema": record("c", await codec.encodeChange(change)),
    unstorable: record("d", await codec.encodeEvent(impostor)),
  };
}

test("a delivery that is in the log twice counts once, for an event, a refusal and a parked record", async () => {
  await begin();
  const event = (delivery_id: string) => ({
    ...eventOf('{"type":"call.new","call_id":"twice"}', FIRST_SEEN),
    delivery_id,
  });
  const refused = { body: Buffer.from('{"type":"call.imagined","call_id":"t.1"}'), key: "t.1" };
  const parked = { topic: opened.topics.callEvents, key: "t.2", value: Buffer.from("not Avro") };
  for (const deliveryId of ["delivery-001", "delivery-001", "delivery-002", "delivery-002"]) {
    await publish(event(deliveryId));
    await outlet().park({ ...refused, reason: "unprocessable", receivedAt: FIRST_SEEN, deliveryId });
    await publisher.publish({ ...parked, headers: deliveryHeader(deliveryId) });
  }
  // a third delivery of each comes after all the others
  await publish(event("delivery-003"));
  await outlet().park({
    ...refused,
    reason: "unprocessable",
    receivedAt: FIRST_SEEN,
    deliveryId: "delivery-003",
  });
  await publisher.publish({ ...parked, headers: deliveryHeader("delivery-003") });
  await eventually(async () => {
    expect(await storedEvents()).toMatchObject([{ redeliveries: 2 }]);
    expect((await list()).map(({ copies }: { copies: number }) => copies)).toEqual([3, 3]);
  }, PATIENCE_MS);
});

test("a bad event of each reason is stored once, with its bytes, its reason and its source", async () => {
  await begin();
  const [stored] = bodiesOf("delegated").map((body) => eventOf(body));
  await publish(stored!);
  await untilStored(1);
  const poison = await poisons(stored!);
  await Promise.all(Object.values(poison).map((record) => publisher.publish(record)));
  const body = '{"type":"call.imagined", "call_id":"x.1"}';
  await refuse(body, FIRST_SEEN, "x.1");
  const deadLetters = await untilListed(5);
  const log = await readTopic(opened, opened.topics.callEvents);
  for (const [reason, { key, value, topic }] of Object.entries(poison)) {
    const { partition, offset } = log.find((record) => record.value!.equals(value!))!;
    const source = { topic, partition, offset };
    const deadLetter = deadLetters.find((each: { key: string }) => each.key === key);
    expect(deadLetter).toMatchObject({
      reason,
      source,
      service: "projector",
      copies: 1,
      status: "waiting",
      type: null,
    });
    const shown = (await ask(`/dead-letters/${deadLetter.id}`)).body.data;
    expect(Buffer.from(shown.body, shown.encoding)).toEqual(value);
  }
  const [unreadable] = await list("?reason=not-avro");
  expect((await ask(`/dead-letters/${unreadable.id}`)).body.data.encoding).toBe("base64");
  const [refused] = await list("?reason=unprocessable");
  expect((await ask(`/dead-letters/${refused.id}`)).body.data).toEqual({
    ...refused,
    key: "x.1",
    type: "call.imagined",
    service: "ingest",
    source: null,
    copies: 1,
    encoding: "utf8",
    body,
    first_seen: FIRST_SEEN.toISOString(),
  });
  expect([deadLettersApi.crashes, projector.crashes]).toEqual([[], []]);
});

test("a body refused many times is one dead letter, and a later start counts no copy again", async () => {
  await begin();
  const body = '{"type":"call.imagined","call_id":"x.1"}';
  for (let n = 0; n < 20; n += 1) await refuse(body, new Date(FIRST_SEEN.getTime() + n * 1_000));
  await eventually(async () => expect((await list())[0]).toMatchObject({ copies: 20 }), PATIENCE_MS);
  await deadLettersApi.storing.stop();
  // a new group has no committed offset, so it reads everything again
  const again = deadLettersApi.start(`${opened.prefix}again.`);
  opened.closing(() => again.stop());
  await refuse(body, new Date(FIRST_SEEN.getTime() - 1_000));
  await eventually(async () => expect((await list())[0]).toMatchObject({ copies: 21 }), PATIENCE_MS);
  const deadLetters = await list();
  expect(deadLetters).toHaveLength(1);
  expect(deadLetters[0].first_seen).toBe(new Date(FIRST_SEEN.getTime() - 1_000).toISOString());
});

test("a dead letter without headers, key or body is stored", async () => {
  await begin();
  const topic = opened.topics.deadLetters;
  await publisher.publish({ topic, key: null, value: Buffer.from("bare") });
  await publisher.publish({ topic, key: "k", value: null });
  const headers = {
    first_seen: "1970-99-99",
    reason: "r".repeat(5_000),
    topic: "t",
    partition: "-1",
    offset: "x",
  };
  await publisher.publish({ topic, key: null, value: Buffer.from('{"type":["call.new"]}'), headers });
  const deadLetters = await untilListed(3);
  for (const deadLetter of deadLetters) {
    expect(deadLetter).toMatchObject({ reason: "unknown", service: "unknown", source: null, type: null });
    expect(Math.abs(Date.now() - Date.parse(deadLetter.first_seen))).toBeLessThan(60_000);
  }
});

test("a dead letter that can never be stored stays in its topic, is counted and delays no other", async () => {
  around = (deadLetters) => ({
    ...deadLetters,
    add: async (batch) => {
      if (batch.deadLetters.some(({ key }) => key === "unfilable")) throw new Error("never");
      return deadLetters.add(batch);
    },
  });
  await begin();
  await refuse('{"n":1}', FIRST_SEEN, "unfilable");
  await refuse('{"n":2}', FIRST_SEEN, "unfilable");
  // these have the same key, so they are behind the others in their partition
  for (let n = 3; n < 6; n += 1)
    await publisher.publish({ topic: opened.topics.deadLetters, key: "b", value: Buffer.from(`{"n":${n}}`) });
  await untilListed(3);
  await eventually(
    async () => expect((await deadLettersApi.metrics.unstoredDeadLetters.get()).values[0]!.value).toBe(2),
    PATIENCE_MS,
  );
  expect(await readTopic(opened, opened.topics.deadLetters)).toHaveLength(5);
  expect(deadLettersApi.crashes).toEqual([]);
});

test("a refused event whose type a later release knows is redriven once, with its first received time", async () => {
  await begin();
  const body = '{"type":"call.imagined", "call_id":"x.1", "sid":"1", "n": 1.50}';
  await refuse(body, FIRST_SEEN);
  await refuse(body, new Date(FIRST_SEEN.getTime() + 5_000));
  const [{ id }] = await untilListed(1);
  const untilCopies = async () => expect((await list())[0].copies).toBe(2);
  await eventually(untilCopies, PATIENCE_MS);
  expect(await redrive(id)).toMatchObject({
    status: 200,
    body: { data: { id, status: "redriven", copies: 2 } },
  });
  await untilStored(1);
  // redriven again, and redelivered by the vendor to the release that knows its type
  await redrive(id);
  await publish(eventOf(body), eventOf(body));
  await publish(eventOf('{"type":"call.new","call_id":"x.1","sid":"2"}'));
  const [event] = await untilStored(2);
  expect(event).toMatchObject({
    payload: body,
    type: "call.imagined",
    aggregate_id: "x.1",
    received_at: FIRST_SEEN,
  });
  const [call] = await projector.store.findCalls(["x.1"]);
  expect(call).toMatchObject({ events: 2, created_at: FIRST_SEEN });
  expect(await untilListed(1, "?status=redriven")).toMatchObject([{ id }]);
});

test("a dead letter without time and sid is the same event however often it is redriven", async () => {
  await begin();
  await refuse('{"type":"call.imagined","call_id":"x.1"}', FIRST_SEEN);
  const [{ id }] = await untilListed(1);
  for (let n = 0; n < 3; n += 1) expect((await redrive(id)).status).toBe(200);
  await publish(eventOf('{"type":"call.new","call_id":"x.2","sid":"2"}'));
  await untilStored(2);
  expect(await readTopic(opened, opened.topics.callEvents)).toHaveLength(4);
  await eventually(async () =>
    expect((await projector.store.findCalls(["x.1"]))[0]).toMatchObject({ events: 1 }),
  );
});

test("a redrive that is refused again answers with the reason and leaves the dead letter waiting", async () => {
  await begin();
  await refuse('{"type":"call.never","call_id":"x.1"}');
  const [{ id }] = await untilListed(1);
  const { status, body } = await redrive(id);
  expect([status, body]).toEqual([
    422,
    { status: "error", errors: [{ path: "/type", message: expect.stringContaining("must be one of") }] },
  ]);
  expect(await list()).toMatchObject([{ id, status: "waiting", copies: 1 }]);
  expect(await readTopic(opened, opened.topics.callEvents)).toEqual([]);
});

test("a dry run reports the refusals and changes nothing", async () => {
  await begin();
  await refuse('{"type":"call.imagined","call_id":"x.1"}');
  await refuse('{"type":"call.never","call_id":"x.2"}');
  const before = await untilListed(2);
  const answers = await Promise.all(before.map(({ id }: { id: string }) => redrive(id, "?dry_run=true")));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 422]);
  expect(await list()).toEqual(before);
  expect(await readTopic(opened, opened.topics.callEvents)).toEqual([]);
});

test("two releases side by side, rolled forward and back, store every event of both and park none", async () => {
  const next = await openNextRelease(opened);
  const uri = uriOf(freshDatabase()).href;
  const { connection } = await openStore(uri);
  await skipEarlierTests(opened, connection.db);
  const rounds: Event[] = [];
  /** Publishes events from both releases, as during a rollout: calls in every partition, and agents. */
  const publishBoth = async (round: string) => {
    for (const codec of [opened.codec, next]) {
      const of = `${round}-${codec === next ? "next" : "ours"}`;
      const bodies = Array.from({ length: 20 }, (_, n) => `{"type":"call.new","call_id":"${of}-${n}"}`);
      const events = [...bodies, `{"type":"actor.paused","actor":"${of}"}`].map((body) => eventOf(body));
      await Promise.all(events.map(createOutlet({ codec, publisher, topics: opened.topics }).publish));
      rounds.push(...events);
    }
  };
  const isReady = (each: typeof projector) =>
    eventually(() => expect(each.check()).toEqual({ ok: true }), PATIENCE_MS);
  projector = await startProjector(opened, { uri });
  await publishBoth("before");
  await untilStored(rounds.length);
  const rolled = await startProjector(opened, { uri, codec: next });
  await isReady(rolled);
  await publishBoth("during");
  await untilStored(rounds.length);
  await rolled.stop();
  await publishBoth("after");
  await untilStored(rounds.length);
  expect(new Set((await storedEvents()).map(({ _id }) => String(_id)))).toEqual(
    new Set(rounds.map(({ uuid }) => uuid)),
  );
  expect(await readTopic(opened, opened.topics.deadLetters)).toEqual([]);
  expect([projector.crashes, rolled.crashes]).toEqual([[], []]);
  await dropDatabase(connection);
});

test("a parked record whose schema the registry knows again is redriven to its topic with the same bytes and key", async () => {
  const registry = await forgetfulRegistry(process.env.SCHEMA_REGISTRY_URL!);
  opened.closing(registry.close);
  const config = { ...opened.config, SCHEMA_REGISTRY_URL: registry.url };
  const codec = createCodec({ config, topics: opened.topics, log: opened.log });
  await begin({ codec });
  registry.forget();
  const event = eventOf('{"type":"call.new","call_id":"x.1","sid":"1"}', FIRST_SEEN);
  await publish(event);
  const [deadLetter] = await untilListed(1);
  expect(deadLetter).toMatchObject({ reason: "unknown-schema", key: "x.1" });
  // the projector has cached the miss: it parks the record once more
  expect((await redrive(deadLetter.id)).status).toBe(200);
  await eventually(
    async () => expect(await list()).toMatchObject([{ copies: 2, status: "waiting" }]),
    PATIENCE_MS,
  );
  registry.remember();
  const { client, metrics, topics, log } = opened;
  const restarted = consumeEvents({
    parties: findParties,
    client,
    store: projector.store,
    codec: opened.codec,
    publisher,
    topics,
    log,
    metrics,
    prefix: `${opened.prefix}restarted.`,
    fold: foldCall,
    onSuperseded: (revision) => void projector.crashes.push(revision),
    onCrash: (error) => void projector.crashes.push(error),
  });
  opened.closing(restarted.stop);
  await projector.stop();
  expect((await redrive(deadLetter.id)).status).toBe(200);
  const [stored] = await untilStored(1);
  expect(stored).toMatchObject({ _id: event.uuid, received_at: FIRST_SEEN, aggregate_id: "x.1" });
  const log2 = await readTopic(opened, topics.callEvents);
  expect(log2).toHaveLength(3);
  expect(new Set(log2.map(({ key, value }) => `${key} ${value!.toString("hex")}`)).size).toBe(1);
});

test("a redrive is refused if the record is still unreadable or does not come from a topic of events", async () => {
  await begin();
  const { topics } = opened;
  await publisher.publish({ topic: topics.callEvents, key: "a", value: Buffer.from([0, 255, 254, 0]) });
  const good = await opened.codec.encodeEvent(eventOf('{"type":"call.new","call_id":"1"}'));
  const headers = {
    reason: "not-avro",
    service: "projector",
    topic: topics.callChanges,
    partition: "1",
    offset: "1",
  };
  await publisher.publish({ topic: topics.deadLetters, key: "b", value: good, headers });
  const keyless = { ...headers, topic: topics.callEvents };
  await publisher.publish({
    topic: topics.deadLetters,
    key: null,
    value: Buffer.concat([good, good]),
    headers: keyless,
  });
  const deadLetters = await untilListed(3);
  for (const { id } of deadLetters) expect(await redrive(id)).toMatchObject({ status: 422 });
  expect(await list()).toEqual(deadLetters);
});

test("a redriven record that cannot be stored is parked again and waits with one more copy", async () => {
  await begin();
  const event = eventOf('{"type":"call.new","call_id":"x.1","sid":"1"}');
  await publish(event);
  await untilStored(1);
  await publisher.publish((await poisons(event)).unstorable!);
  const [{ id }] = await untilListed(1);
  expect((await redrive(id)).status).toBe(200);
  await eventually(
    async () => expect(await list()).toMatchObject([{ id, copies: 2, status: "waiting" }]),
    PATIENCE_MS,
  );
});

test("a redrive that stops between Kafka's acknowledgement and the mark leaves the dead letter waiting and its event stored once", async () => {
  let ends = true;
  around = (deadLetters) => ({
    ...deadLetters,
    mark: async (...marked) => {
      if (ends) throw new Unavailable("ended");
      return deadLetters.mark(...marked);
    },
  });
  await begin();
  await refuse('{"type":"call.imagined","call_id":"x.1"}');
  const [{ id }] = await untilListed(1);
  expect(await redrive(id)).toMatchObject({ status: 503, body: { status: "error" } });
  expect(await list()).toMatchObject([{ status: "waiting" }]);
  ends = false;
  expect(await redrive(id)).toMatchObject({ status: 200, body: { data: { status: "redriven" } } });
  await publish(eventOf('{"type":"call.new","call_id":"x.2","sid":"2"}'));
  await untilStored(2);
  expect(await readTopic(opened, opened.topics.callEvents)).toHaveLength(3);
});

test("dead letters are listed newest first in pages, and filtered by reason, type, key, status and time", async () => {
  await begin();
  const at = (n: number) => new Date(FIRST_SEEN.getTime() + n * 60_000);
  for (let n = 0; n < 25; n += 1)
    await refuse(JSON.stringify({ type: n % 2 ? "odd" : "even", call_id: n }), at(n), `k${n % 5}`);
  await untilListed(25);
  const pages = [];
  for (let next: string | null = ""; next !== null; ) {
    const { body } = await ask(`/dead-letters?limit=10${next && `&cursor=${next}`}`);
    pages.push(body.data);
    next = body.next;
  }
  expect(pages.map((page) => page.length)).toEqual([10, 10, 5]);
  const times = pages.flat().map(({ first_seen }) => first_seen);
  expect(times).toEqual(Array.from({ length: 25 }, (_, n) => at(24 - n).toISOString()));
  expect(JSON.stringify(pages)).not.toContain("call_id");
  expect(await list("?type=odd")).toHaveLength(12);
  expect(await list("?type=odd&key=k1")).toHaveLength(3);
  expect(await list(`?since=${at(20).toISOString()}&until=${at(22).toISOString()}`)).toHaveLength(3);
  expect(await list("?reason=not-avro")).toEqual([]);
  const dropped = await ask(`/dead-letters/${pages[0][0].id}`, "DELETE");
  expect(dropped).toMatchObject({ status: 200, body: { data: { status: "dropped" } } });
  expect((await list("?status=dropped")).map(({ id }: { id: string }) => id)).toEqual([pages[0][0].id]);
  expect((await ask(`/dead-letters/${pages[0][0].id}`)).body.data).toMatchObject({
    body: null,
    encoding: null,
  });
  expect((await redrive(pages[0][0].id)).status).toBe(409);
});

const erase = (key: string, topic = opened.topics.callEvents) =>
  publisher.publish({ topic, key, value: null });
const untilErased = (kind: "call" | "agent", key: string) =>
  eventually(
    async () => expect(await projector.store.findErased([{ kind, key }])).toHaveLength(1),
    PATIENCE_MS,
  );

test("a refused body that names an erased person is dropped if it came before the erasure, and kept if it came later", async () => {
  await begin();
  const erasures = createMongoErasures({
    connection: projector.connection,
    erasureKeys,
    parties: findParties,
  });
  const person = { kind: "number", key: "+5511987654321" } as const;
  await erasures.keepOut(person, { erased_at: new Date(), possible: false });
  const later = new Date(Date.now() + 60_000);
  await refuse(
    '{"type":"call.imagined","call_id":"y.1","their_number":"(11) 98765-4321"}',
    FIRST_SEEN,
    "y.1",
  );
  await refuse('{"type":"call.imagined","call_id":"y.2","data":{"fone":11987654321}}', FIRST_SEEN, "y.2");
  await refuse('{"type":"call.imagined","call_id":"11987654321","sid":"11987654321"}', FIRST_SEEN, "y.3");
  await refuse('{"type":"call.imagined","call_id":"y.4","their_number":"11987654321"}', later, "y.4");
  const listed = await untilListed(2);
  expect(listed.map(({ key }: { key: string }) => key).sort()).toEqual(["y.3", "y.4"]);
});

test("an erasure of a call or an agent deletes its dead letters, and they are not stored again", async () => {
  await begin();
  await refuse('{"type":"call.imagined","call_id":"x.1"}', FIRST_SEEN, "x.1");
  await refuse('{"type":"call.imagined","call_id":"x.2"}', FIRST_SEEN, "x.2");
  await refuse('{"type":"call.imagined","actor":"ana"}', FIRST_SEEN, "ana");
  await untilListed(3);
  await erase("x.1");
  await untilErased("call", "x.1");
  await erase("ana", opened.topics.agentEvents);
  await untilErased("agent", "ana");
  expect(await untilListed(1)).toMatchObject([{ key: "x.2" }]);
  await refuse('{"type":"call.imagined","call_id":"x.1","n":1}', new Date(), "x.1");
  await refuse('{"type":"call.imagined","actor":"ana","n":1}', FIRST_SEEN, "ana");
  // an agent remains after an erasure, so a later body is kept
  await refuse('{"type":"call.imagined","actor":"ana","n":2}', new Date(Date.now() + 60_000), "ana");
  await untilHandled(6);
  expect((await list()).map(({ key }: { key: string }) => key).sort()).toEqual(["ana", "x.2"]);
  expect(await projector.db.collection("dead_letters").countDocuments()).toBe(2);
});

/** Waits until this number of records of the dead letters' topic have been handled. */
const untilHandled = (records: number) =>
  eventually(async () => {
    const filter = { _id: { $regex: "dead-letters" } };
    const positions = await projector.db
      .collection<{ _id: string; next: number }>("positions")
      .find(filter)
      .toArray();
    const before = opened.starts.filter(({ topic }) => topic === opened.topics.deadLetters);
    const sum = (offsets: number[]) => offsets.reduce((total, offset) => total + offset, 0);
    expect(sum(positions.map(({ next }) => next)) - sum(before.map(({ offset }) => offset))).toBe(records);
  }, PATIENCE_MS);

test("an erasure that completes while a dead letter is being stored deletes it too", async () => {
  around = (deadLetters) => ({
    ...deadLetters,
    add: async (batch) => {
      // the ledger was read before this: now the call is erased, with all dead letters stored so far
      await erase("x.1");
      await untilErased("call", "x.1");
      return deadLetters.add(batch);
    },
  });
  await begin();
  await refuse('{"type":"call.imagined","call_id":"x.1"}', FIRST_SEEN, "x.1");
  await untilHandled(1);
  await eventually(async () => expect(await list()).toEqual([]), PATIENCE_MS);
});

test("a listing with wrong parameters is refused with their names", async () => {
  await begin();
  const asked = {
    "?reasons=x": "/reasons",
    "?limit=0": "/limit",
    "?limit=1001": "/limit",
    "?limit=1&limit=2": "/limit",
    "?status=gone": "/status",
    "?since=yesterday": "/since",
    "?since=2026-13-01": "/since",
    "?cursor=nonsense": "/cursor",
    "?__proto__=1": "/__proto__",
    "?type[$ne]=1": "/type[$ne]",
  };
  for (const [query, path] of Object.entries(asked))
    expect(await ask(`/dead-letters${query}`)).toMatchObject({ status: 400, body: { errors: [{ path }] } });
});

test("unknown dead letters, paths and methods are refused with the common error body", async () => {
  await begin();
  const unknown = "0".repeat(64);
  const asked: [string, string, number][] = [
    [`/dead-letters/${unknown}`, "GET", 404],
    [`/dead-letters/${unknown}`, "DELETE", 404],
    [`/dead-letters/${unknown}/redrive`, "POST", 404],
    [`/dead-letters/${unknown}?body=1`, "GET", 400],
    [`/dead-letters/${unknown}/redrive?dry=1`, "POST", 400],
    ["/dead-letters/%00%24where", "GET", 404],
    ["/dead-letters/", "GET", 404],
    ["/dead-letters", "DELETE", 405],
    [`/dead-letters/${unknown}/redrive`, "GET", 405],
  ];
  for (const [path, method, status] of asked) {
    const answer = await ask(path, method);
    expect([path, method, answer.status, answer.body.status]).toEqual([path, method, status, "error"]);
  }
});
