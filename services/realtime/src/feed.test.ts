import { expect, test } from "@jest/globals";
import { type Call, type CallQueries, Unavailable } from "@teravoz/domain";
import { createLog, createMetrics } from "@teravoz/runtime";
import { noNumbers, queriesOver, sampleCall, samplePresence } from "../testing/sample-calls.ts";
import { createFeed, type Notice } from "./feed.ts";
import type { PastBoard } from "./past.ts";

const settle = () => new Promise((resolve) => setImmediate(resolve));

function start(
  queries: CallQueries,
  past = noNumbers.past as Pick<PastBoard, "changed" | "agentsChanged" | "forget">,
  resync: ((between: () => Promise<void>) => Promise<void>) | null = null,
) {
  const notified: string[] = [];
  const pauses: (() => void)[] = [];
  const metrics = createMetrics();
  const clock = { now: 0 };
  const feed = createFeed({
    queries,
    day: noNumbers.day,
    past,
    subscriptions: {
      changed: (calls, erased) => {
        notified.push(...calls.map((call: Call) => call.aggregate_id), ...erased.map((id) => `${id} erased`));
      },
      resync: async (_queries, between = async () => {}) => {
        if (resync) await resync(between);
        else notified.push("views read again");
      },
    },
    changed: () => notified.push("DataChanged"),
    log: createLog("test", "silent"),
    metrics,
    now: () => clock.now,
    pause: () => new Promise<void>((resolve) => pauses.push(resolve)),
  });
  const proceed = async () => {
    pauses.shift()?.();
    await settle();
  };
  const counts = async () => ({
    missed: (await metrics.missedNotices.get()).values[0]?.value,
    late: (await metrics.lateNotices.get()).values[0]?.value,
  });
  return { feed, notified, proceed, clock, counts };
}

/** A feed that has compared once, and a call that changes in the store without a notice. */
async function startWithUnnoticed() {
  const calls = [sampleCall()];
  const queries = queriesOver(calls);
  const hooks = { whileRead: () => {} };
  const findCalls: CallQueries["findCalls"] = async (ids) => {
    hooks.whileRead();
    return queries.findCalls(ids);
  };
  const started = start({ ...queries, findCalls });
  started.feed.resync();
  await settle();
  await started.proceed();
  calls[0] = sampleCall({ version: 2 });
  const compareAfter = async (ms: number, expectsNotices = true) => {
    started.clock.now += ms;
    return started.feed.reconcile(expectsNotices);
  };
  return { ...started, hooks, compareAfter };
}

const notice = (key: string, more: Partial<Notice["change"]> = {}): Notice => ({
  change: { key, kind: "call", version: 1, erased: false, ...more },
  stamped: 0,
});

test("views hear of a call before anybody is notified to ask for it", async () => {
  const { feed, notified } = start(queriesOver([sampleCall()]));
  feed.notify([notice("one")]);
  await settle();
  expect(notified).toEqual(["one", "DataChanged"]);
});

test("notices that come while calls are read are read together", async () => {
  let reads = 0;
  const queries = queriesOver([sampleCall()]);
  const counting = {
    ...queries,
    findCalls: (ids: readonly string[]) => {
      reads += 1;
      return queries.findCalls(ids);
    },
  };
  const { feed } = start(counting);
  for (let n = 0; n < 100; n += 1) feed.notify([notice(`call ${n}`)]);
  await settle();
  expect(reads).toBe(2);
});

test("an agent's event is notified without reading any call", async () => {
  const { feed, notified } = start({
    ...queriesOver([]),
    findCalls: () => Promise.reject(new Error("not to be asked")),
  });
  feed.notify([notice("ana", { kind: "agent" })]);
  await settle();
  expect(notified).toEqual(["DataChanged"]);
});

test("a call and an agent of the same key are two: neither's notice swallows the other's", async () => {
  const { feed, notified } = start(queriesOver([sampleCall()]));
  feed.notify([notice("one"), notice("one", { kind: "agent" })]);
  await settle();
  expect(notified).toEqual(["one", "DataChanged"]);
});

test("an erasure needs no read", async () => {
  const { feed, notified } = start({
    ...queriesOver([]),
    findCalls: () => Promise.reject(new Error("not to be asked")),
  });
  feed.notify([notice("one", { erased: true })]);
  await settle();
  expect(notified).toEqual(["one erased", "DataChanged"]);
});

test("an erasure is notified also where a late notice of the same call comes with it", async () => {
  const { feed, notified } = start(queriesOver([]));
  feed.notify([notice("one", { erased: true }), notice("one")]);
  await settle();
  expect(notified).toEqual(["one erased", "DataChanged"]);
});

test("nobody is notified while the database is away; at its return the views are read again, then all are notified", async () => {
  let away = true;
  const queries = queriesOver([sampleCall()]);
  const orAway =
    <A extends unknown[], R>(query: (...args: A) => Promise<R>) =>
    (...args: A) =>
      away ? Promise.reject(new Unavailable()) : query(...args);
  const { feed, notified, proceed } = start({
    ...queries,
    findCalls: orAway(queries.findCalls),
    listVersions: orAway(queries.listVersions),
  });
  feed.notify([notice("one")]);
  await settle();
  await proceed();
  await proceed();
  expect(notified).toEqual([]);
  away = false;
  await proceed();
  expect(notified).toEqual(["views read again", "DataChanged"]);
});

test("resyncs that come together are done by one reading", async () => {
  const { feed, notified, proceed } = start(queriesOver([]));
  feed.resync();
  feed.resync();
  await settle();
  feed.resync();
  feed.resync();
  await settle();
  expect(notified).toEqual(["views read again", "DataChanged"]);
  await proceed();
  await proceed();
  expect(notified).toEqual(["views read again", "DataChanged", "views read again", "DataChanged"]);
});

test("more notices than it pays to read one by one become a reading of the views", async () => {
  const { feed, notified } = start(queriesOver([]));
  feed.notify(Array.from({ length: 10_001 }, (_, n) => notice(`call ${n}`)));
  await settle();
  expect(notified).toEqual(["views read again", "DataChanged"]);
});

test("the past hears of what changed, of what was erased, and of each resync", async () => {
  const heard: unknown[] = [];
  const past: PastBoard = {
    at: () => Promise.reject(new Error("nobody asks")),
    changed: (calls, erased) => void heard.push([calls.map(({ aggregate_id }) => aggregate_id), erased]),
    agentsChanged: (presences, erased) => void heard.push([presences.map(({ agent }) => agent), erased]),
    forget: () => void heard.push("forget"),
  };
  const ana = samplePresence("ana");
  const { feed } = start({ ...queriesOver([sampleCall()]), listPresences: async () => [ana] }, past);
  for (const notified of [
    notice("one"),
    notice("two", { erased: true }),
    notice("ana", { kind: "agent" }),
    notice("ana", { kind: "agent", erased: true }),
    notice("gone", { kind: "agent" }),
  ]) {
    feed.notify([notified]);
    await settle();
  }
  feed.resync();
  await settle();
  expect(heard).toEqual([
    [["one"], []],
    [[], ["two"]],
    [["ana"], false],
    [["ana"], true],
    [["ana"], true],
    "forget",
  ]);
});

test("a change without a notice is pushed by the comparison, and counted as missed once if its notice does not come for 5 minutes", async () => {
  const { notified, counts, compareAfter } = await startWithUnnoticed();
  expect(await compareAfter(0)).toBe(1);
  expect(notified).toEqual(["views read again", "DataChanged", "one", "DataChanged"]);
  expect(await compareAfter(299_999)).toBe(0);
  expect(await counts()).toEqual({ missed: 0, late: 0 });
  for (let n = 0; n < 2; n += 1) await compareAfter(1);
  expect(await counts()).toEqual({ missed: 1, late: 0 });
});

test("a change found just before notices stop coming is not counted as missed for the time in which none come", async () => {
  const { counts, compareAfter } = await startWithUnnoticed();
  await compareAfter(0);
  await compareAfter(400_000, false);
  await compareAfter(299_999);
  expect(await counts()).toEqual({ missed: 0, late: 0 });
  await compareAfter(1);
  expect(await counts()).toEqual({ missed: 1, late: 0 });
});

test("a notice that comes while the comparison reads its change is no missed one", async () => {
  const { feed, hooks, counts, compareAfter } = await startWithUnnoticed();
  hooks.whileRead = () => {
    hooks.whileRead = () => {};
    feed.notify([notice("one", { version: 2 })]);
  };
  await compareAfter(0);
  await compareAfter(300_000);
  expect(await counts()).toEqual({ missed: 0, late: 0 });
});

test("an erasure without a notice, however old its call is, makes the comparison read every view again, once", async () => {
  const ledger = { until: 5 };
  const { feed, notified, proceed } = start({
    ...queriesOver([]),
    erasureMark: async () => ledger.until,
  });
  feed.resync();
  await settle();
  await proceed();
  await feed.reconcile(true);
  expect(notified).toEqual(["views read again", "DataChanged"]);
  ledger.until = 6;
  for (let n = 0; n < 2; n += 1) {
    await feed.reconcile(true);
    await settle();
    await proceed();
  }
  expect(notified).toEqual(["views read again", "DataChanged", "views read again", "DataChanged"]);
});

test.each([
  { ms: 4_999, late: 0 },
  { ms: 5_000, late: 1 },
])(
  "a notice that comes $ms ms after the comparison found its change is no missed one, and counts as late $late times",
  async ({ ms, late }) => {
    const { feed, clock, counts, compareAfter } = await startWithUnnoticed();
    await compareAfter(0);
    clock.now += ms;
    for (const version of [1, 2, 2]) feed.notify([notice("one", { version })]);
    await compareAfter(600_000);
    expect(await counts()).toEqual({ missed: 0, late });
  },
);

test("a change is neither found nor counted once its notice was relayed", async () => {
  const calls = [sampleCall()];
  const { feed, proceed } = start(queriesOver(calls));
  feed.resync();
  await settle();
  await proceed();
  calls[0] = sampleCall({ version: 2 });
  feed.notify([notice("one", { version: 2 })]);
  expect(await feed.reconcile(true)).toBe(0);
});

test("what happens while the views are read again is relayed between two of them", async () => {
  const { feed, notified } = start(queriesOver([sampleCall()]), undefined, async (between) => {
    feed.notify([notice("one")]);
    await between();
    notified.push("last view");
  });
  feed.resync();
  await settle();
  expect(notified).toEqual(["one", "DataChanged", "last view", "DataChanged"]);
});
