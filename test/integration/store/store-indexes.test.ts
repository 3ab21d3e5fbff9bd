import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import {
  type CallFilter,
  createReadTelephone,
  findParties,
  foldCall,
  readSearch,
  Unavailable,
} from "@teravoz/domain";
import {
  connectMongo,
  createMongoErasures,
  createMongoQueries,
  createMongoStore,
  type MongoConnection,
  type MongoStore,
} from "@teravoz/store";
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

// other suites keep this database busy
jest.setTimeout(120_000);

/** Number of calls. A plan without the right index would read all of them, which the tests would detect. */
const CALLS = 300;

describe("every query of the store has its index", () => {
  let connection: MongoConnection;
  let store: MongoStore;
  beforeAll(async () => {
    ({ connection, store } = await openStore());
    const events = Array.from({ length: CALLS }, (_, index) => {
      const aggregate_id = `call-${index}`;
      const actor = `a${index}@example.com`;
      const body = { code: `c${index}`, queue: `q${index}`, direction: `d${index}`, actor };
      const numbers = { our_number: `113000${1_000 + index}`, their_number: `1196666${1_000 + index}` };
      const payload = JSON.stringify({ ...body, ...numbers });
      return sampleEvent({ aggregate_id, type: index === 7 ? "call.finished" : "actor.entered", payload });
    });
    await store.apply(batchOf(events, null, 0), foldCall);
  });
  afterAll(() => dropDatabase(connection));

  const filters: CallFilter[] = [
    { id: 8 },
    { aggregate_id: "call-7" },
    { state: "FINISHED" },
    { queue: "q7" },
    { actor: "a8@example.com" },
    { our_number: "1130001007" },
    { their_number: "11966661007" },
    { number: "+5511966661007" },
    { number: "+551130001007" },
    { code: "c7" },
    { direction: "d7" },
  ];
  const searchOf = (text: string) =>
    readSearch(text, { readTelephone: createReadTelephone("BR"), queues: new Map() });
  test.each(filters)("calls are listed by %j", async (filter) => {
    const [command] = await profile(connection, async () => {
      const { items } = await store.listCalls(filter, { limit: 5, cursor: null });
      expect(items).toHaveLength(1);
    });
    expect(command).toMatchObject({ op: "query", docsExamined: 1 });
  });

  test("calls are listed by an agent who has left them", async () => {
    const steps = ["call.waiting", "actor.entered", "actor.left"].map((type, n) => {
      const payload = '{"queue":"900","actor":"of a visit"}';
      return sampleEvent({ aggregate_id: "answered", type, payload, received_at: new Date(n * 1_000) });
    });
    await store.apply(batchOf(steps, null, 11), foldCall);
    const [command] = await profile(connection, async () => {
      const { items } = await store.listCalls({ agent: "of a visit" }, { limit: 5, cursor: null });
      expect(items).toMatchObject([{ aggregate_id: "answered", actor: null }]);
    });
    expect(command).toMatchObject({ op: "query", docsExamined: 1 });
  });

  test("the calls of a number are merged from the indexes of both sides, newest first, without a sort", async () => {
    const number = "+5511977776666";
    const sides = [{ their_number: number }, { our_number: number }, { their_number: number }];
    const events = sides.map((body, n) =>
      sampleEvent({ aggregate_id: `of-number-${n}`, payload: JSON.stringify(body) }),
    );
    await store.apply(batchOf(events, null, 12), foldCall);
    const [command] = await profile(connection, async () => {
      const { items } = await store.listCalls({ number }, { limit: 5, cursor: null });
      expect(items.map(({ aggregate_id }) => aggregate_id)).toEqual([2, 1, 0].map((n) => `of-number-${n}`));
    });
    expect(command).toMatchObject({ docsExamined: 3 });
    expect(command?.hasSortStage ?? false).toBe(false);
    for (const side of ["their", "our"])
      expect(command?.planSummary).toContain(`IXSCAN { ${side}_number_canonical: 1, id: -1 }`);
  });

  test.each([
    ["the whole number", "+55 11 96666-1107", 1],
    ["a part of a number", "66661107", 1],
    ["a part of many numbers", "96666", 5],
    ["a part of many of our numbers", "11 3000", 5],
    ["an agent's short name", "A107", 1],
    ["a queue", "q107", 1],
    ["a code", "c107", 1],
    ["a call_id", "call-107", 1],
    ["an unknown text", "an unknown text", 0],
  ])("a search for %s reads no other calls", async (_, text, found) => {
    const commands = await profile(connection, async () => {
      const { items } = await store.listCalls({ search: searchOf(text) }, { limit: 5, cursor: null });
      expect(items).toHaveLength(found);
    });
    for (const { docsExamined, planSummary, keysExamined } of commands) {
      expect([planSummary, docsExamined <= 6]).toEqual([planSummary, true]);
      expect(planSummary).not.toContain("COLLSCAN");
      // at most the different values of a field: in these 300 calls all differ
      expect(keysExamined).toBeLessThanOrEqual(CALLS + 20);
    }
  });

  test("a search in a window reads no older calls of a queue, an agent or our own number", async () => {
    const since = new Date(Date.now() + 60_000);
    const commands = await profile(connection, async () => {
      for (const text of ["q107", "a107", "11 3000"])
        await store.listCalls({ search: searchOf(text) }, { limit: 5, cursor: null, window: { since } });
    });
    for (const { docsExamined } of commands) expect(docsExamined).toBeLessThanOrEqual(6);
    expect(commands.filter(({ planSummary }) => /updated_at: 1/.test(planSummary)).length).toBeGreaterThan(3);
  });

  test("a search that has to look up too many numbers is cut off and reports it", async () => {
    const limits = { numbers: 500, agents: 100, atOnce: 20, ms: 0 };
    const hasty = createMongoQueries(connection, { limits });
    const page = { limit: 500, cursor: null };
    const { items, cut } = await hasty.listCalls({ search: searchOf("96666") }, page);
    expect([items.length, cut]).toEqual([20, true]);
    const patient = createMongoQueries(connection, { limits: { ...limits, ms: 60_000 } });
    const whole = await patient.listCalls({ search: searchOf("96666") }, page);
    expect([whole.items.length, whole.cut]).toEqual([CALLS, undefined]);
    const shared = ["com", "net", "org"].map((domain) =>
      sampleEvent({ type: "actor.entered", payload: `{"actor":"many@example.${domain}"}` }),
    );
    await store.apply(batchOf(shared, null, 13), foldCall);
    const few = createMongoQueries(connection, { limits: { ...limits, agents: 2, ms: 60_000 } });
    expect(await few.listCalls({ search: searchOf("many") }, page)).toMatchObject({ cut: true });
  });

  test("calls are listed newest first without a sort", async () => {
    const [command] = await profile(connection, () => store.listCalls({}, { limit: 5, cursor: null }));
    expect(command).toMatchObject({ docsExamined: 6, planSummary: "IXSCAN { id: -1 }" });
    expect(command?.hasSortStage ?? false).toBe(false);
  });

  const many: CallFilter[] = [
    {},
    { state: "NEW" },
    { state: "FINISHED" },
    { queue: "q7" },
    { our_number: "1130001007" },
    { number: "+551130001007" },
    { code: "c7" },
  ];
  test.each(many)(
    "calls of a window are listed by %j without reading calls outside the window",
    async (filter) => {
      const since = new Date(Date.now() + 60_000);
      const commands = await profile(connection, async () => {
        for (const window of [{ since }, { since, until: new Date(since.getTime() + 1) }])
          await store.listCalls(filter, { limit: 5, cursor: null, window });
      });
      // for each page, a query that finds where it would end, and one for the calls of the window
      const narrow = filter.code !== undefined || filter.state === "NEW";
      expect(commands).toHaveLength(narrow ? 2 : 4);
      const read = commands.map(({ docsExamined }) => docsExamined);
      if (narrow) return expect(Math.max(...read)).toBeLessThanOrEqual(filter.code ? 1 : CALLS);
      expect(Math.max(...read)).toBeLessThanOrEqual(6);
      for (const { planSummary } of [commands[1]!, commands[3]!])
        expect(planSummary).toMatch(/^IXSCAN \{ updated_at: 1/);
    },
  );

  test("a page of a window that the newest calls fill is read in the same way as without the window", async () => {
    const window = { since: new Date(0) };
    const commands = await profile(connection, () => store.listCalls({}, { limit: 5, cursor: null, window }));
    for (const { docsExamined, planSummary } of commands)
      expect([docsExamined <= 6, planSummary]).toEqual([true, "IXSCAN { id: -1 }"]);
  });

  test("recent calls are found without reading the older ones", async () => {
    const [command] = await profile(connection, () => store.listRecentCalls(new Date(Date.now() + 60_000)));
    expect(command).toMatchObject({
      docsExamined: 0,
      planSummary: "IXSCAN { updated_at: 1, created_at: 1 }",
    });
  });

  test("calls that changed in a period of the past are found without reading other calls or events", async () => {
    const moved = { aggregate_id: "long-ago", received_at: new Date(0) };
    const events = [sampleEvent(moved), sampleEvent({ ...moved, received_at: new Date(60_000) })];
    await store.apply(batchOf(events, null, 9), foldCall);
    const commands = await profile(connection, async () => {
      const stretch = { from: new Date(30_000), to: new Date(60_000), bytes: 1_000 };
      expect(await store.listMovingCalls(stretch)).toMatchObject([{ events: { length: 2 } }]);
    });
    expect(commands.map(({ docsExamined }) => docsExamined)).toEqual([1, 2]);
    expect(commands[0]).toMatchObject({ planSummary: "IXSCAN { updated_at: 1, created_at: 1 }" });
  });

  test("events of agents in a period of the past are found without reading events of others", async () => {
    const said = { kind: "agent" as const, type: "actor.paused" };
    const others = Array.from({ length: CALLS }, (_, n) => ({ ...said, aggregate_id: `agent-${n}` }));
    const rita = { ...said, aggregate_id: "rita", received_at: new Date(0) };
    const events = [...others, rita, { ...rita, received_at: new Date() }].map(sampleEvent);
    await store.apply(batchOf(events, null, 8), foldCall);
    const commands = await profile(connection, async () => {
      const stretch = { from: new Date(-1), to: new Date(60_000), bytes: 1_000 };
      expect(await store.listPresenceEvents(stretch)).toHaveLength(1);
      expect(await store.listPastPresences(stretch.to)).toMatchObject([{ agent: "rita" }]);
    });
    const read = commands.filter(({ ns }) => ns.endsWith(".events"));
    // an agent with later events is folded from all its events, a limited number of agents at a time
    const [stretch, ...agents] = read.map(({ docsExamined }) => docsExamined);
    expect(stretch).toBe(1);
    expect(Math.max(...agents)).toBeLessThanOrEqual(51);
  });

  test("the indexes of earlier releases are dropped when the store is prepared", async () => {
    const calls = connection.db.collection("calls");
    await calls.createIndexes([{ key: { updated_at: 1 } }, { key: { "legs.agent": 1, id: -1 } }]);
    await store.prepare();
    expect(await calls.indexExists("updated_at_1")).toBe(false);
    expect(await calls.indexExists("legs.agent_1_id_-1")).toBe(false);
    expect(await calls.indexExists("updated_at_1_created_at_1")).toBe(true);
  });

  test("the expiry time of dead letters is updated if an earlier release has set another", async () => {
    const deadLetters = connection.db.collection("dead_letters");
    await deadLetters.dropIndex("last_seen_1");
    await deadLetters.createIndex({ last_seen: 1 }, { expireAfterSeconds: 30 * 86_400 });
    await store.prepare();
    const found = (await deadLetters.indexes()).find(({ name }) => name === "last_seen_1");
    expect(found).toMatchObject({ expireAfterSeconds: 31 * 86_400 });
  });

  test("the newest deliveries are found without reading older events, and those of a key without reading others", async () => {
    const page = { limit: 4, cursor: null };
    const [events] = await profile(connection, () => store.listDeliveries({ of: "events" }, page));
    expect(events).toMatchObject({ docsExamined: 5, planSummary: "IXSCAN { id: -1 }" });
    const [deadLetters] = await profile(connection, () => store.listDeliveries({ of: "letters" }, page));
    expect(deadLetters).toMatchObject({ planSummary: "IXSCAN { first_seen: -1, _id: -1 }" });
    const commands = await profile(connection, () =>
      store.listDeliveries({ key: "call-3" }, { limit: 9, cursor: null }),
    );
    for (const { docsExamined } of commands) expect(docsExamined).toBeLessThanOrEqual(1);
  });

  test("calls, their events and the position are found without reading others", async () => {
    const commands = await profile(connection, async () => {
      await store.findCalls(["call-1", "call-2"]);
      await store.listCallEvents("call-3", { limit: 5, bytes: 5, cursor: null });
      await store.position("call-events", 0);
    });
    expect(commands.map(({ docsExamined }) => docsExamined)).toEqual([2, 1, 1, 1]);
  });

  test("a batch reads its own calls, their events and its agents' events, and no others", async () => {
    const agent = sampleEvent({ kind: "agent", aggregate_id: "ana", type: "actor.paused" });
    const events = [sampleEvent({ aggregate_id: "call-1" }), sampleEvent({ aggregate_id: "call-2" }), agent];
    await store.apply(batchOf([agent], null, 1), foldCall);
    const commands = await profile(connection, () => store.apply(batchOf(events, 1, 1), foldCall));
    expect(commands.length).toBeGreaterThan(5);
    for (const { docsExamined } of commands) expect(docsExamined).toBeLessThanOrEqual(2);
  });

  test("a person is searched one page at a time, in any number of dead letters", async () => {
    const deadLetters = connection.db.collection<{ _id: string; key: null; body: Buffer }>("dead_letters");
    const body = Buffer.from('{"number":"5511987654321"}');
    await deadLetters.insertMany(
      Array.from({ length: 2_500 }, (_, n) => ({ _id: `page-${n}`, key: null, body })),
    );
    const erasures = createMongoErasures({ connection, erasureKeys, parties: findParties });
    const commands = await profile(connection, async () => {
      const person = { kind: "number", key: "+5511987654321" } as const;
      const found = await erasures.findPerson(person, { agentTopic: "agent-events" });
      expect(found.certain).toMatchObject({ calls: [], events: [], deadLetters: { length: 2_500 } });
    });
    await deadLetters.deleteMany({});
    for (const { docsExamined } of commands) expect(docsExamined).toBeLessThanOrEqual(1_000);
  });

  test("outdated calls and events are found without reading current ones", async () => {
    const erasures = createMongoErasures({ connection, erasureKeys, parties: findParties });
    const long_ago = new Date(86_400_000);
    const old = [
      sampleEvent({ aggregate_id: "old-call", received_at: long_ago }),
      sampleEvent({ kind: "agent", aggregate_id: "campaign", type: "dialer.attempt", received_at: long_ago }),
    ];
    await store.apply(batchOf(old, null, 14), foldCall);
    const time = new Date(2 * 86_400_000);
    const found: unknown[] = [];
    const commands = await profile(connection, async () => {
      for (const pages of [erasures.unchangedSince(time), erasures.outdatedSaid(time)])
        for await (const page of pages) found.push(...page.filter(({ key }) => key !== "rita"));
    });
    const campaign = { kind: "agent", key: "campaign", erased_at: time };
    expect(found).toEqual(expect.arrayContaining([{ kind: "call", key: "old-call" }, campaign]));
    for (const { planSummary, docsExamined } of commands)
      expect([planSummary, docsExamined <= 5]).toEqual([expect.stringMatching(/^(IXSCAN|IDHACK)/), true]);
  });

  test("revived data of erased keys is found by keys alone, without reading any event, call or dead letter", async () => {
    const deadLetters = connection.db.collection<{ _id: string; key: string }>("dead_letters");
    await deadLetters.insertMany(
      Array.from({ length: CALLS }, (_, n) => ({ _id: `${n}`, key: `call-${n}` })),
    );
    const commands = await profile(connection, async () => {
      const erasures = createMongoErasures({ connection, erasureKeys, parties: findParties });
      for (const found of [erasures.revived(), erasures.revivedAside()])
        for await (const page of found) expect(page).toEqual([]);
    });
    const looked = new Set(commands.map(({ ns }) => ns.split(".")[1]));
    expect(looked).toEqual(new Set(["calls", "events", "erased", "dead_letters"]));
    for (const { ns, docsExamined } of commands) expect([ns, docsExamined]).toEqual([ns, 0]);
  });
});

test("before any index is built, batches are stored and every query answers or fails as unavailable", async () => {
  const connection = await connectMongo({ uri: uriOf(freshDatabase()).href, log });
  const unindexed = createMongoStore({ connection, log, erasureKeys });
  await eventually(() => unindexed.createCollections());
  const event = sampleEvent({
    aggregate_id: "early",
    payload: JSON.stringify({ their_number: "11966661234" }),
  });
  const agent = sampleEvent({ kind: "agent", aggregate_id: "ana", type: "actor.paused" });
  expect(await unindexed.apply(batchOf([event, agent], null, 0), foldCall)).toMatchObject({ fenced: false });
  const [page, since] = [{ limit: 5, cursor: null }, new Date(0)];
  const window = { since: new Date(Date.now() + 60_000) };
  const search = readSearch("1234", { readTelephone: createReadTelephone("BR"), queues: new Map() });
  const outcomes = await Promise.allSettled([
    unindexed.findCalls(["early"]),
    unindexed.listCalls({}, page),
    unindexed.listCalls({}, { ...page, order: "began_at" }),
    unindexed.listCalls({}, { ...page, window }),
    unindexed.listCalls({ search }, page),
    unindexed.listRecentCalls(since),
    unindexed.listReturnableCalls(since),
    unindexed.listMovingCalls({ from: since, to: new Date(), bytes: 1_000 }),
    unindexed.listPresences(),
    unindexed.listPastPresences(new Date()),
    unindexed.listDeliveries({ key: "early" }, page),
  ]);
  const failed = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []));
  for (const reason of failed) expect(reason).toBeInstanceOf(Unavailable);
  expect(outcomes.slice(0, 3).map(({ status }) => status)).toEqual(Array(3).fill("fulfilled"));
  expect(failed.length).toBeGreaterThan(0);
  await unindexed.createIndexes();
  expect(await unindexed.listDeliveries({ key: "early" }, page)).toMatchObject({ items: { length: 1 } });
  await dropDatabase(connection);
});

describe("the newest calls by their beginning are found without reading older ones", () => {
  let connection: MongoConnection;
  let store: MongoStore;
  const begin = Date.now() - 3_600_000;
  const ours = "+551130001000";
  /**
   * Number of the oldest calls. All others are alike, except that the last one is waiting and three were
   * abandoned.
   */
  const RARE = 3;
  const lifeOf = (n: number) => {
    const isRare = n < RARE;
    const body = {
      queue: isRare ? "old" : "900",
      our_number: isRare ? "1130009999" : ours,
      their_number: `1196666${1_000 + n}`,
      direction: isRare ? "internal" : "inbound",
    };
    const types = [
      ...["call.waiting", "actor.entered", "actor.left", "call.finished"].slice(0, n === CALLS - 1 ? 1 : 4),
    ];
    if (n % 100 === 50) types.splice(1, 2, "call.queue-abandon");
    return types.map((type, step) => {
      const timestamp = new Date(begin + n * 1_000 + step).toISOString();
      const named = type.startsWith("actor.")
        ? { actor: isRare ? "old@example.com" : "ana@example.com" }
        : {};
      const payload = JSON.stringify({ ...body, ...named, timestamp });
      return sampleEvent({
        aggregate_id: `begun-${n}`,
        type,
        payload,
        received_at: new Date(begin + n * 1_000),
      });
    });
  };
  beforeAll(async () => {
    ({ connection, store } = await openStore());
    const events = Array.from({ length: CALLS }, (_, n) => lifeOf(n)).flat();
    await store.apply(batchOf(events, null, 0), foldCall);
  });
  afterAll(() => dropDatabase(connection));

  const search = (text: string) =>
    readSearch(text, { readTelephone: createReadTelephone("BR"), queues: new Map() });
  const readTelephone = createReadTelephone("BR");
  const filters: [name: string, filter: CallFilter, found: number][] = [
    ["nothing", {}, 5],
    ["a common state", { state: "FINISHED" }, 5],
    ["a rare state", { state: "WAITING" }, 1],
    ["waiting calls", { waiting: true }, 1],
    ["the usual kind", { counted_as: "inbound" }, 5],
    ["a rare kind", { counted_as: "internal" }, RARE],
    ["an unused kind", { counted_as: "outbound" }, 0],
    ["a busy queue", { visited: "900" }, 5],
    ["a queue of old calls", { visited: "old" }, RARE],
    ["a busy queue as the last queue", { queue: "900" }, 5],
    ["a busy agent", { agent: "Ana@example.com" }, 5],
    ["an agent of old calls", { agent: "old@example.com" }, RARE],
    ["our number", { number: readTelephone(ours)!.canonical }, 5],
    ["an old number of ours", { number: readTelephone("1130009999")!.canonical }, RARE],
    ["their number", { number: readTelephone("11966661007")!.canonical }, 1],
    ["a search for a queue", { search: search("900") }, 5],
    ["a search for an agent", { search: search("ana") }, 5],
    ["a search for an agent of old calls", { search: search("old@example.com") }, RARE],
    ["a search for a part of our number", { search: search("30001000") }, 5],
    ["a search for a part of their number", { search: search("66661007") }, 1],
  ];
  test.each(filters)("filtered by %s, also in a window and on the next page", async (_, filter, found) => {
    const listed = { filter, limit: 5, order: "began_at" as const };
    const list = (more: object) => store.listCalls(filter, { ...listed, cursor: null, ...more });
    let next: string | null = null;
    const commands = await profile(connection, async () => {
      const page = await list({});
      ({ next } = page);
      expect(page.items).toHaveLength(found);
      expect((await list({ window: { since: new Date(begin) } })).items).toHaveLength(found);
      expect((await list({ window: { since: new Date(begin + 3_600_000) } })).items).toEqual([]);
      if (next !== null) expect((await list({ cursor: next })).items).toHaveLength(5);
    });
    for (const { docsExamined, planSummary } of commands) {
      expect([planSummary, docsExamined <= 12]).toEqual([planSummary, true]);
      expect(planSummary).not.toContain("COLLSCAN");
    }
  });

  test("abandoned callers and their recent calls are found without reading other calls", async () => {
    const commands = await profile(connection, async () => {
      expect(await store.listReturnableCalls(new Date(begin))).toHaveLength(3);
      expect(await store.listReturnableCalls(new Date(begin + 3_600_000))).toEqual([]);
    });
    expect(commands.map(({ docsExamined }) => docsExamined)).toEqual([3, 3, 0]);
    expect(commands[0]?.planSummary).toContain("IXSCAN { abandoned_at: 1 }");
    expect(commands[1]?.planSummary).toContain("IXSCAN { their_number_canonical: 1");
  });
});

/** The plans that the database's profiler recorded while `work` ran, in order. */
async function profile(connection: MongoConnection, work: () => Promise<unknown>) {
  const since = new Date();
  await connection.db.command({ profile: 2 });
  try {
    await work();
  } finally {
    await connection.db.command({ profile: 0 });
  }
  return connection.db
    .collection("system.profile")
    .find({ ts: { $gte: since }, ns: { $not: /system\.profile/ }, docsExamined: { $exists: true } })
    .sort({ ts: 1 })
    .toArray();
}
