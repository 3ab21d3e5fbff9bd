import { expect, test } from "@jest/globals";
import { type Call, type CallQueries, Unavailable } from "@teravoz/domain";
import { createLog, createMetrics } from "@teravoz/runtime";
import { noNumbers, queriesOver, sampleCall, samplePresence } from "../../testing/sample-calls.ts";
import type { PastBoard } from "../reports/past.ts";
import { createFeed, type Notice } from "./feed.ts";

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

/** Starts a feed that has compared once, with a call that changes in the store without a notice. */
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

test("views get a changed call before any socket gets DataChanged", async () => {
  const { feed, notified } = start(queriesOver([sampleCall()]));
  feed.notify([notice("one")]);
  await settle();
  expect(notified).toEqual(["one", "DataChanged"]);
});

test("notices that arrive while calls are read are read together", async () => {
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
    findCalls: () => Promise.reject(new Error("unexpected query")),
  });
  feed.notify([notice("ana", { kind: "agent" })]);
  await settle();
  expect(notified).toEqual(["DataChanged"]);
});

test("notices of a call and of an agent with the same key do not replace each other", async () => {
  const { feed, notified } = start(queriesOver([sampleCall()]));
  feed.notify([notice("one"), notice("one", { kind: "agent" })]);
  await settle();
  expect(notified).toEqual(["one", "DataChanged"]);
});

test("an erasure is notified without a read", async () => {
  const { feed, notified } = start({
    ...queriesOver([]),
    findCalls: () => Promise.reject(new Error("unexpected query")),
  });
  feed.notify([notice("one", { erased: true })]);
  await settle();
  expect(notified).toEqual(["one erased", "DataChanged"]);
});

test("an erasure is notified even if a late notice of the same call arrives with it", async () => {
  const { feed, notified } = start(queriesOver([]));
  feed.notify([notice("one", { erased: true }), notice("one")]);
  await settle();
  expect(notified).toEqual(["one erased", "DataChanged"]);
});

test("no socket is notified while the database is unavailable; after its return the views are read again, then all are notified", async () => {
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

test("several resyncs at once cause one read of the views", async () => {
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

test("more than 10,000 waiting notices cause one read of all views", async () => {
  const { feed, notified } = start(queriesOver([]));
  feed.notify(Array.from({ length: 10_001 }, (_, n) => notice(`call ${n}`)));
  await settle();
  expect(notified).toEqual(["views read again", "DataChanged"]);
});

test("the past gets all changed calls, erased calls and resyncs", async () => {
  const heard: unknown[] = [];
  const past: PastBoard = {
    at: () => Promise.reject(new Error("unexpected read")),
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

test("a change without a notice is pushed by the comparison, and counted once as missed if its notice does not arrive within 5 minutes", async () => {
  const { notified, counts, compareAfter } = await startWithUnnoticed();
  expect(await compareAfter(0)).toBe(1);
  expect(notified).toEqual(["views read again", "DataChanged", "one", "DataChanged"]);
  expect(await compareAfter(299_999)).toBe(0);
  expect(await counts()).toEqual({ missed: 0, late: 0 });
  for (let n = 0; n < 2; n += 1) await compareAfter(1);
  expect(await counts()).toEqual({ missed: 1, late: 0 });
});

test("a change found just before notices stop arriving is not counted as missed for the time without notices", async () => {
  const { counts, compareAfter } = await startWithUnnoticed();
  await compareAfter(0);
  await compareAfter(400_000, false);
  await compareAfter(299_999);
  expect(await counts()).toEqual({ missed: 0, late: 0 });
  await compareAfter(1);
  expect(await counts()).toEqual({ missed: 1, late: 0 });
});

test("a notice that arrives while the comparison reads its change does not count as missed", async () => {
  const { feed, hooks, counts, compareAfter } = await startWithUnnoticed();
  hooks.whileRead = () => {
    hooks.whileRead = () => {};
    feed.notify([notice("one", { version: 2 })]);
  };
  await compareAfter(0);
  await compareAfter(300_000);
  expect(await counts()).toEqual({ missed: 0, late: 0 });
});

test("an erasure without a notice makes the comparison read every view again, once, however old its call is", async () => {
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
  "a notice that arrives $ms ms after the comparison found its change does not count as missed, and counts as late $late times",
  async ({ ms, late }) => {
    const { feed, clock, counts, compareAfter } = await startWithUnnoticed();
    await compareAfter(0);
    clock.now += ms;
    for (const version of [1, 2, 2]) feed.notify([notice("one", { version })]);
    await compareAfter(600_000);
    expect(await counts()).toEqual({ missed: 0, late });
  },
);

test("a change is neither found nor counted after its notice was relayed", async () => {
  const calls = [sampleCall()];
  const { feed, proceed } = start(queriesOver(calls));
  feed.resync();
  await settle();
  await proceed();
  calls[0] = sampleCall({ version: 2 });
  feed.notify([notice("one", { version: 2 })]);
  expect(await feed.reconcile(true)).toBe(0);
});

test("changes that arrive while the views are read again are relayed between two views", async () => {
  const { feed, notified } = start(queriesOver([sampleCall()]), undefined, async (between) => {
    feed.notify([notice("one")]);
    await between();
    notified.push("last view");
  });
  feed.resync();
  await settle();
  expect(notified).toEqual(["one", "DataChanged", "last view", "DataChanged"]);
});
