import { expect, test } from "@jest/globals";
import type { Call, CallQueries, CallState } from "@teravoz/domain";
import { createLog, createMetrics } from "@teravoz/runtime";
import fc from "fast-check";
import { runs } from "../../../../test/support/long.ts";
import { createManualClock } from "../../testing/manual-clock.ts";
import { noNumbers, queriesOver, sampleCall } from "../../testing/sample-calls.ts";
import { createAnswers } from "../commands/answers.ts";
import type { Message } from "../commands/messages.ts";
import { PACE_MS } from "../commands/single-flight.ts";
import { createGateway } from "../gateway.ts";
import { createFeed } from "./feed.ts";
import { createSubscriptions, FRAME_MS } from "./subscriptions.ts";

const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Starts everything between the queries and the sockets, over a store whose answers arrive when the test says so. */
function start() {
  const clock = createManualClock();
  const store = new Map<string, Call>();
  const underway: (() => void)[] = [];
  /** A query sees the state of the store at its beginning. */
  const slow =
    <A extends unknown[], R>(name: keyof CallQueries) =>
    async (...args: A): Promise<R> => {
      const seen = queriesOver([...store.values()])[name] as unknown as (...args: A) => Promise<R>;
      const answer = await seen(...args);
      await new Promise<void>((resolve) => underway.push(resolve));
      return answer;
    };
  const queries: CallQueries = {
    listCalls: slow("listCalls"),
    listCallEvents: slow("listCallEvents"),
    findCalls: slow("findCalls"),
    listVersions: slow("listVersions"),
    erasureMark: slow("erasureMark"),
    listRecentCalls: slow("listRecentCalls"),
    listReturnableCalls: slow("listReturnableCalls"),
    listMovingCalls: slow("listMovingCalls"),
    listPastPresences: slow("listPastPresences"),
    listPresenceEvents: slow("listPresenceEvents"),
    listPresences: slow("listPresences"),
    countEvents: slow("countEvents"),
    listDeliveries: slow("listDeliveries"),
    findEvent: slow("findEvent"),
  };
  const deps = { ...noNumbers, queries, log: createLog("test", "silent"), metrics: createMetrics(), clock };
  const subscriptions = createSubscriptions(clock, () => feed.resync());
  const answer = createAnswers({ ...deps, onUnavailable: () => {} });
  const gateway = createGateway({ ...deps, answer, subscriptions });
  const pause = () => Promise.resolve();
  const feed = createFeed({ ...deps, subscriptions, changed: gateway.changed, now: () => 0, pause });
  const reply = (index: number) => underway.splice(index % Math.max(1, underway.length), 1)[0]?.();
  return { clock, store, underway, gateway, feed, reply };
}

type World = ReturnType<typeof start>;

/**
 * Connects a client that follows the protocol: a snapshot replaces everything, and of several changes of a call the
 * newest counts.
 */
function connectClient({ gateway }: World, state: CallState | null) {
  let held = new Map<string, Call>();
  const take = ({ event, body }: Message) => {
    const { data } = JSON.parse(body);
    if (event === "Subscribe") held = new Map(data.map((call: Call) => [call.aggregate_id, call]));
    if (event === "CallErased") held.delete(data.aggregate_id);
    if (event === "CallChanged" && data.version >= (held.get(data.aggregate_id)?.version ?? 0))
      held.set(data.aggregate_id, data);
  };
  const send = (message: Message, taken: () => void) => {
    take(message);
    taken();
  };
  const connection = gateway.connect({ send, end: () => {} }, "test");
  return {
    subscribe: () =>
      gateway.receive(connection, { event: "Subscribe", data: state && { params: { state } } }),
    shown: () =>
      [...held.values()]
        .filter((call) => isIn(call, state))
        .map(describeCall)
        .sort(),
  };
}

const isIn = (call: Call, state: CallState | null) => state === null || call.state === state;
const describeCall = ({ aggregate_id, version }: Call) => `${aggregate_id} ${version}`;

const notice = (key: string, erased: boolean) => ({
  change: { key, kind: "call" as const, version: 1, erased },
  stamped: 0,
});

test("a snapshot read before an erasure and answered after it leaves the call in no client's view", async () => {
  const world = start();
  const client = connectClient(world, null);
  world.store.set("one", sampleCall({ aggregate_id: "one" }));
  client.subscribe();
  await settle();
  world.store.delete("one");
  world.feed.notify([notice("one", true)]);
  await settle();
  world.clock.advance(FRAME_MS);
  world.reply(0);
  await settle();
  world.clock.advance(FRAME_MS);
  expect(client.shown()).toEqual([]);
});

test("a change read before an erasure and notified after it leaves the call in no view", async () => {
  const world = start();
  const client = connectClient(world, null);
  client.subscribe();
  await settle();
  world.reply(0);
  await settle();
  world.store.set("one", sampleCall({ aggregate_id: "one" }));
  world.feed.notify([notice("one", false)]);
  await settle();
  world.store.delete("one");
  world.feed.notify([notice("one", true)]);
  world.reply(0);
  await settle();
  world.clock.advance(FRAME_MS);
  expect(client.shown()).toEqual([]);
});

type Step =
  | { do: "change"; id: number; state: CallState }
  | { do: "erase"; id: number; late: boolean }
  | { do: "reply"; id: number }
  | { do: "notify" | "subscribe" | "frame" | "resync" };

const number = fc.integer({ min: 1, max: 2 });
const steps: fc.Arbitrary<Step>[] = [
  fc.record({
    do: fc.constant("change" as const),
    id: number,
    state: fc.constantFrom<CallState>("WAITING", "ONGOING"),
  }),
  fc.record({ do: fc.constant("erase" as const), id: number, late: fc.boolean() }),
  fc.record({ do: fc.constant("reply" as const), id: number }),
  fc.record({
    do: fc.constantFrom("notify" as const, "subscribe" as const, "frame" as const, "resync" as const),
  }),
];

async function play(world: World, script: Step[]) {
  const clients = [connectClient(world, null), connectClient(world, "WAITING")];
  const unnotified: ReturnType<typeof notice>[] = [];
  let version = 0;
  for (const step of script) {
    if (step.do === "change") {
      version += 1;
      const aggregate_id = `${step.id}`;
      world.store.set(aggregate_id, sampleCall({ id: step.id, aggregate_id, state: step.state, version }));
      unnotified.push(notice(aggregate_id, false));
    }
    if (step.do === "erase" && world.store.delete(`${step.id}`)) unnotified.push(notice(`${step.id}`, true));
    // an owner that lost its partition sends notices of its old changes after those of the new owner
    if (step.do === "erase" && step.late) unnotified.push(notice(`${step.id}`, false));
    if (step.do === "notify") world.feed.notify(unnotified.splice(0));
    if (step.do === "subscribe") for (const client of clients) client.subscribe();
    if (step.do === "reply") world.reply(step.id);
    if (step.do === "frame") world.clock.advance(FRAME_MS);
    if (step.do === "resync") world.feed.resync();
    await settle();
  }
  world.feed.notify(unnotified);
  for (let quiet = 0; quiet < 3; quiet = world.underway.length > 0 ? 0 : quiet + 1) {
    world.reply(0);
    await settle();
    world.clock.advance(PACE_MS);
    await settle();
  }
  return clients;
}

test("views end in the state of the store, without erased calls, in any order of reads, answers and notices", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(...steps), { maxLength: 40 }), async (script) => {
      const world = start();
      const [all, waiting] = await play(world, [{ do: "subscribe" }, ...script]);
      const truth = [...world.store.values()];
      expect(all?.shown()).toEqual(truth.map(describeCall).sort());
      expect(waiting?.shown()).toEqual(
        truth
          .filter(({ state }) => state === "WAITING")
          .map(describeCall)
          .sort(),
      );
    }),
    { numRuns: runs(100) },
  );
  // takes two seconds alone, and many times that on a busy machine
});
