import { describe, expect, test } from "@jest/globals";
import {
  type Call,
  type FlowName,
  flows,
  foldCall,
  type LoggedEvent,
  parseWebhook,
  Unavailable,
} from "@teravoz/domain";
import { queueSettings, readConfig } from "@teravoz/runtime";
import { createMemoryStore } from "@teravoz/store";
import { LONG } from "../../../../test/support/long.ts";
import { createBoard } from "./board.ts";
import { createDay } from "./day.ts";
import { createPastBoard, type PastQueries } from "./past.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START = Date.UTC(2026, 0, 5, 15);

const settle = () => new Promise((resolve) => setImmediate(resolve));

type Sent = { received: number; body: Record<string, unknown> };

/**
 * Builds the deliveries of `calls` calls, one every 20 seconds. Each event is received up to two seconds after it
 * happened, so some overtake others.
 */
function traffic(calls: number): Sent[] {
  const names = Object.keys(flows) as FlowName[];
  const sent = Array.from({ length: calls }, (_, n) => {
    let at = START + n * 20_000;
    return flows[names[n % names.length]!].map(({ type, gapMs, ...named }, step) => {
      at += gapMs;
      const timestamp = new Date(at).toISOString();
      const body = {
        type,
        call_id: `call-${n}`,
        their_number: `551198${1_000_000 + n}`,
        timestamp,
        ...named,
      };
      return { received: at + ((n * 7 + step * 13) % 20) * 100, body };
    });
  });
  return [...sent.flat(), ...shifts()].sort((one, other) => one.received - other.received);
}

/** Builds the deliveries of agents who log in one after the other and have a break now and then. */
function shifts(): Sent[] {
  return ["ana", "beto", "caio"].flatMap((name, n) =>
    Array.from({ length: 12 }, (_, turn) => {
      const at = START + 30_000 + n * 47_000 + turn * 150_000;
      const type = turn === 0 ? "actor.logged-in" : turn % 2 === 1 ? "actor.paused" : "actor.unpaused";
      const body = {
        type,
        actor: `${name}@example.com`,
        queue: "900",
        timestamp: new Date(at).toISOString(),
      };
      return { received: at + ((turn * 7) % 5) * 300, body };
    }),
  );
}

/** Starts a board over the model of the store, with a manual clock. Stored events are notified at once. */
function start() {
  const clock = { now: START };
  const now = () => clock.now;
  const asked: string[] = [];
  const store = createMemoryStore({ now });
  const line = { held: Promise.resolve() };
  const watched = <Name extends keyof PastQueries>(name: Name): PastQueries[Name] =>
    (async (...args: unknown[]) => {
      asked.push(name);
      const answer = await (store[name] as (...args: unknown[]) => unknown)(...args);
      await line.held;
      return answer;
    }) as PastQueries[Name];
  const queries: PastQueries = {
    listRecentCalls: watched("listRecentCalls"),
    listMovingCalls: watched("listMovingCalls"),
    listPastPresences: store.listPastPresences,
    listPresenceEvents: store.listPresenceEvents,
  };
  const day = createDay({ queries: store, now });
  const past = createPastBoard({ queries, fold: foldCall, now });
  const { QUEUES, ACCOUNT_TIME_ZONE } = readConfig(queueSettings, {});
  const account = { queues: QUEUES, zone: ACCOUNT_TIME_ZONE };
  let stored = 0;
  const notify = (calls: readonly Call[], erased: readonly string[] = []) => {
    day.changed(calls, erased);
    past.changed(calls, erased);
  };
  return {
    clock,
    asked,
    past,
    board: createBoard({ queries: store, day, past, account, now }),
    notify,
    /** Holds the answers of the store until the returned function is called. */
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      line.held = promise;
      return resolve;
    },
    async receive(...sent: Sent[]) {
      const expected = stored === 0 ? null : stored;
      const events = sent.map((each, n) => eventOf(each, stored + n));
      stored += events.length;
      await store.apply({ topic: "t", partition: 0, expected, next: stored, events }, foldCall);
      const keys = events.map(({ aggregate_id }) => aggregate_id);
      notify(await store.findCalls(keys));
      const presences = await store.listPresences(keys);
      day.agentsChanged(presences, []);
      past.agentsChanged(presences, false);
    },
    async erase(key: string) {
      const erasure = { kind: "call" as const, key, erased_at: new Date(), log_clean_by: new Date() };
      const batch = { topic: "t", partition: 0, expected: stored, next: ++stored, events: [] };
      await store.apply({ ...batch, erasures: [erasure] }, foldCall);
      notify([], [key]);
    },
  };
}

function eventOf({ received, body }: Sent, offset: number): LoggedEvent {
  const parsed = parseWebhook(Buffer.from(JSON.stringify(body)), new Date(received));
  if (parsed.outcome !== "accepted") throw new Error("no event");
  return { ...parsed.event, source: { topic: "t", partition: 0, offset } };
}

type World = ReturnType<typeof start>;

/**
 * The time between two views of the live board. It is not a round number, so that moments and events coincide in every
 * way.
 */
const LOOK_EVERY_MS = LONG ? 7_300 : 17_300;

/**
 * Half an hour of traffic, stored event by event and seen by a live board now and then, followed by some idle hours.
 */
async function halfAnHour() {
  const world = start();
  const seen = new Map<number, Awaited<ReturnType<typeof live>>>();
  let next = START + 1_000;
  for (const sent of traffic(90)) {
    for (; next < sent.received; next += LOOK_EVERY_MS) {
      world.clock.now = next;
      seen.set(next, await live(world));
    }
    world.clock.now = sent.received;
    await world.receive(sent);
  }
  world.clock.now = START + 3 * HOUR_MS;
  return { ...world, seen };
}

/** A world in which the same half hour was stored all at once, followed by the same idle hours. */
async function halfAnHourLater() {
  const world = start();
  await world.receive(...traffic(90));
  world.clock.now = START + 3 * HOUR_MS;
  return world;
}

const live = async ({ board, clock }: World) => ({
  today: await board.rewound({ at: clock.now, minutes: null }),
  lately: await board.rewound({ at: clock.now, minutes: 30 }),
});

describe("the past board", () => {
  test("the past equals what was seen live, at every moment, in any order of requests", async () => {
    const { board, seen, asked } = await halfAnHour();
    expect(seen.size).toBeGreaterThan(100);
    const moments = [...seen.keys()];
    const shuffled = moments.toSorted((one, other) => (one % 997) - (other % 997));
    for (const at of [...shuffled, ...moments]) {
      const today = await board.rewound({ at: at, minutes: null });
      expect({ today, lately: await board.rewound({ at: at, minutes: 30 }) }).toEqual(seen.get(at));
    }
    const boards = [...seen.values()].map(({ today }) => today);
    expect(Math.max(...boards.map(({ waiting }) => waiting.length))).toBeGreaterThan(1);
    const states = boards.flatMap(({ agents }) => agents.map(({ state }) => state));
    expect(new Set(states)).toEqual(new Set(["FREE", "PAUSED", "TALKING"]));
    // four stretches of ten minutes are kept, and each was read once
    expect(asked.filter((name) => name === "listMovingCalls")).toHaveLength(4);
  });

  test("playing the past reads each next stretch on top of the kept one", async () => {
    const { board, asked } = await halfAnHourLater();
    for (let at = START; at < START + 30 * MINUTE_MS; at += 15_000)
      await board.rewound({ at: at, minutes: null });
    expect(asked).toEqual(["listRecentCalls", "listMovingCalls", "listMovingCalls", "listMovingCalls"]);
  });

  test("the past is read once for many requests at once, and again after a minute without requests", async () => {
    const { clock, past, asked } = await halfAnHourLater();
    await Promise.all(Array.from({ length: 100 }, (_, n) => past.at(new Date(START + n * 1_000))));
    expect(asked).toHaveLength(2);
    clock.now += MINUTE_MS - 1;
    await past.at(new Date(START));
    expect(asked).toHaveLength(2);
    clock.now += MINUTE_MS;
    await past.at(new Date(START));
    expect(asked).toHaveLength(4);
  });

  test("the past has no call that was erased since or while it is read", async () => {
    const { past, erase, hold } = await halfAnHourLater();
    const moment = new Date(START + 25 * MINUTE_MS);
    const names = async () => (await past.at(moment)).calls.map(({ aggregate_id }) => aggregate_id);
    expect(await names()).toEqual(expect.arrayContaining(["call-1", "call-14"]));
    await erase("call-1");
    expect(await names()).not.toContain("call-1");
    past.forget();
    const release = hold();
    const reading = names();
    await settle();
    await erase("call-14");
    release();
    expect(await reading).not.toContain("call-14");
    expect(await names()).toContain("call-13");
  });

  test("the past is read again after an erasure of an agent", async () => {
    const { past, asked } = await halfAnHourLater();
    await past.at(new Date(START));
    past.agentsChanged([], false);
    await past.at(new Date(START));
    expect(asked).toHaveLength(2);
    past.agentsChanged([], true);
    await past.at(new Date(START));
    expect(asked).toHaveLength(4);
  });

  test("a read that is running during a resync is not kept", async () => {
    const { past, hold, asked } = await halfAnHourLater();
    const release = hold();
    const reading = past.at(new Date(START));
    await settle();
    past.forget();
    release();
    await reading;
    await past.at(new Date(START));
    expect(asked).toHaveLength(4);
  });

  test("an event stored long after its receipt and a new fold of a call discard what was read", async () => {
    const { past, receive, notify, asked } = await halfAnHourLater();
    const moment = new Date(START + 5 * MINUTE_MS);
    const received = START + 4 * MINUTE_MS;
    expect((await past.at(moment)).calls).not.toContainEqual(
      expect.objectContaining({ aggregate_id: "late" }),
    );
    await receive({ received, body: { type: "call.new", call_id: "late" } });
    expect((await past.at(moment)).calls).toContainEqual(expect.objectContaining({ aggregate_id: "late" }));
    const before = asked.length;
    notify([{ updated_at: new Date(START + 30 * MINUTE_MS) } as Call]);
    await past.at(moment);
    expect(asked).toHaveLength(before);
    notify([{ updated_at: moment } as Call]);
    await past.at(moment);
    expect(asked).toHaveLength(before + 2);
  });

  test("the last seconds are read each time because more events may arrive; older times are not", async () => {
    const { clock, past, asked, receive } = start();
    clock.now += 10 * MINUTE_MS;
    await receive({ received: clock.now, body: { type: "call.new", call_id: "one" } });
    clock.now += 2_000;
    const recent = new Date(clock.now - 1_500);
    expect((await past.at(recent)).calls).toHaveLength(1);
    expect((await past.at(recent)).calls).toHaveLength(1);
    expect(asked).toHaveLength(3);
    await past.at(new Date(clock.now - 6_000));
    expect(asked).toHaveLength(3);
  });

  test("a failed read is tried again at the next request, and too many reads at once are refused", async () => {
    let away = true;
    const begun: (() => void)[] = [];
    const queries: PastQueries = {
      listRecentCalls: async () => {
        if (away) throw new Unavailable("away");
        await new Promise<void>((resolve) => begun.push(resolve));
        return [];
      },
      listMovingCalls: async () => [],
      listPastPresences: async () => [],
      listPresenceEvents: async () => [],
    };
    const past = createPastBoard({ queries, fold: foldCall, now: () => START });
    const earlier = (hours: number) => past.at(new Date(START - hours * HOUR_MS));
    await expect(earlier(1)).rejects.toThrow("away");
    away = false;
    const waiting = Array.from({ length: 16 }, (_, n) => earlier(1 + n));
    await expect(earlier(17)).rejects.toThrow("too many reads");
    await settle();
    expect(begun).toHaveLength(1);
    for (let n = 0; n < 16; n += 1) {
      begun[n]!();
      expect(await waiting[n]!).toEqual({ calls: [], presences: [] });
      await settle();
    }
    expect(begun).toHaveLength(16);
  });
});

test("a moment in the future is refused, and the last second counts as the present", async () => {
  const { board, clock, receive } = start();
  await receive({ received: START, body: { type: "call.waiting", call_id: "one", queue: "900" } });
  const now = new Date(START);
  expect(await board.rewound({ at: START - 999, minutes: null })).toMatchObject({
    now,
    waiting: [{ aggregate_id: "one", queue: "900", their_number: null, entered_at: now }],
  });
  expect(await board.rewound({ at: START + 1_000, minutes: null })).toMatchObject({ now });
  await expect(board.rewound({ at: START + 1_001, minutes: null })).rejects.toThrow(
    "at must not be in the future",
  );
  clock.now += 4 * HOUR_MS;
  expect(await board.rewound({ at: clock.now, minutes: null })).toMatchObject({
    waiting: [],
    total: { waiting: 0 },
  });
  expect((await board.rewound({ at: clock.now - 1_000, minutes: null })).waiting).toHaveLength(1);
});
