import { describe, expect, test } from "@jest/globals";
import { type Call, type CallState, readSearch } from "@teravoz/domain";
import fc from "fast-check";
import { runs } from "../../../../test/support/long.ts";
import { createManualClock } from "../../testing/manual-clock.ts";
import { account, queriesOver, sampleCall } from "../../testing/sample-calls.ts";
import { createSubscriptions, FRAME_MS, type Registration } from "./subscriptions.ts";

const WAITING = { filter: { state: "WAITING" as const }, limit: 10 };
const call = (aggregate_id: string, version: number, state: CallState = "WAITING") =>
  sampleCall({ aggregate_id, version, state });

function start(requestResync = () => {}) {
  const clock = createManualClock();
  const subscriptions = createSubscriptions(clock, requestResync);
  const subscribe = (subject = WAITING) => {
    const frames: string[][] = [];
    const registration = subscriptions.register(subject, (messages) => {
      frames.push(messages.map(({ event, body }) => describeMessage(event, JSON.parse(body).data)));
    });
    return { ...registration, frames };
  };
  const happen = (...calls: Call[]) => subscriptions.changed(calls, []);
  return { clock, subscriptions, subscribe, happen };
}

const describeMessage = (event: string, data: Call) =>
  event === "CallErased"
    ? `${data.aggregate_id} erased`
    : `${data.aggregate_id} ${data.version} ${data.state}`;

describe("a subscriber", () => {
  test("a subscriber gets one frame in 100 ms with the latest version of each call", () => {
    const { clock, subscribe, happen } = start();
    const { live, frames } = subscribe();
    live([]);
    happen(call("one", 1));
    clock.advance(0);
    happen(call("one", 2), call("two", 3));
    happen(call("one", 4));
    clock.advance(FRAME_MS - 1);
    expect(frames).toEqual([["one 1 WAITING"]]);
    clock.advance(1);
    expect(frames[1]).toEqual(["one 4 WAITING", "two 3 WAITING"]);
  });

  test("a subscriber is notified once of a call that leaves its filter, and never of a call outside of it", () => {
    const { clock, subscribe, happen } = start();
    const { live, frames } = subscribe();
    live([call("one", 1)]);
    happen(call("one", 2, "ONGOING"), call("two", 2, "ONGOING"));
    clock.advance(FRAME_MS);
    happen(call("one", 3, "FINISHED"));
    clock.advance(FRAME_MS);
    expect(frames).toEqual([["one 2 ONGOING"]]);
  });

  test("a subscriber is notified when one of its calls no longer matches, and when it matches again", () => {
    const { clock, subscriptions, happen } = start();
    const search = readSearch("900", account);
    const bodies: object[] = [];
    const { live } = subscriptions.register({ filter: { search }, limit: 10 }, (messages) => {
      bodies.push(...messages.map(({ body }) => JSON.parse(body)));
    });
    const inQueue = (version: number, queue: string) => sampleCall({ version, queue });
    live([inQueue(1, "900")]);
    for (const [version, queue] of ["900", "901", "902", "900"].entries()) {
      happen(inQueue(version + 2, queue));
      clock.advance(FRAME_MS);
    }
    expect(bodies).toMatchObject([
      { data: { version: 2 }, event: "CallChanged", status: "Ok" },
      { data: { version: 3 }, event: "CallChanged", status: "Ok", left: true },
      { data: { version: 5 }, event: "CallChanged", status: "Ok" },
    ]);
    expect(bodies.map((body) => "left" in body)).toEqual([false, true, false]);
  });

  test("a subscriber gets the changes made while its snapshot was read, unless the snapshot has them", () => {
    const { clock, subscribe, happen } = start();
    const { live, frames } = subscribe();
    happen(call("old", 5), call("news", 6), call("left", 7, "ONGOING"), call("foreign", 8, "NEW"));
    clock.advance(FRAME_MS);
    live([call("old", 5), call("left", 3)]);
    expect(frames.flat().sort()).toEqual(["left 7 ONGOING", "news 6 WAITING"]);
    happen(call("left", 9, "FINISHED"));
    clock.advance(FRAME_MS);
    expect(frames.flat()).toHaveLength(2);
  });

  test("a subscriber never gets an older version than its snapshot had, even if another subscriber is behind", () => {
    const { clock, subscribe, happen } = start();
    const first = subscribe();
    first.live([call("one", 1)]);
    const second = subscribe();
    happen(call("one", 2));
    second.live([call("one", 3)]);
    clock.advance(FRAME_MS);
    expect(second.frames).toEqual([]);
    happen(call("one", 3));
    clock.advance(FRAME_MS);
    expect(first.frames.flat().at(-1)).toBe("one 3 WAITING");
  });

  test("a subscriber never gets an older version than on joining, even if the call changed again after it left", () => {
    const { clock, subscribe, happen } = start();
    const { live, frames } = subscribe();
    for (const version of [1, 2, 3]) happen(call("one", version, version === 1 ? "WAITING" : "ONGOING"));
    live([call("one", 1)]);
    clock.advance(FRAME_MS);
    expect(frames.flat()).toEqual(["one 3 ONGOING"]);
  });

  test("a subscriber does not get a version that is older than its snapshot and arrives after it", () => {
    const { clock, subscribe, happen } = start();
    const { live, frames } = subscribe();
    live([call("one", 3)]);
    happen(call("one", 2));
    clock.advance(FRAME_MS);
    expect(frames).toEqual([]);
  });

  test("a subscriber is not notified twice of the same version", () => {
    const { clock, subscribe, happen } = start();
    const { live, frames } = subscribe();
    live([call("one", 1)]);
    happen(call("one", 1));
    clock.advance(FRAME_MS);
    happen(call("one", 2));
    clock.advance(FRAME_MS);
    happen(call("one", 2));
    clock.advance(FRAME_MS);
    expect(frames).toEqual([["one 2 WAITING"]]);
  });

  test("a subscriber is notified of an erasure, even during its snapshot, and of no earlier change of that call", () => {
    const { clock, subscribe, happen, subscriptions } = start();
    const early = subscribe();
    early.live([]);
    const late = subscribe();
    happen(call("one", 2));
    subscriptions.changed([], ["one"]);
    late.live([call("one", 1)]);
    clock.advance(FRAME_MS);
    expect(early.frames.flat()).toEqual(["one erased"]);
    expect(late.frames.flat()).toEqual(["one erased"]);
  });

  test("a snapshot that was on its way during a resync causes another resync", async () => {
    let requests = 0;
    const { clock, subscribe, subscriptions } = start(() => {
      requests += 1;
    });
    const { live, frames } = subscribe();
    const store = [call("left", 2, "ONGOING")];
    await subscriptions.resync(queriesOver(store));
    live([call("left", 1)]);
    expect(requests).toBe(1);
    await subscriptions.resync(queriesOver(store));
    clock.advance(FRAME_MS);
    expect(frames).toEqual([["left 2 ONGOING"]]);
    subscribe().live(store);
    expect(requests).toBe(1);
  });

  test("views are read again in order of their subscribers, and changes made meanwhile reach all after one view", async () => {
    const { clock, happen, subscriptions } = start();
    const delivered: number[] = [];
    for (let limit = 1; limit <= 300; limit += 1)
      for (let n = 0; n < (limit === 200 ? 2 : 1); n += 1)
        subscriptions.register({ filter: {}, limit }, () => void delivered.push(limit)).live([]);
    const read: number[] = [];
    const queries = queriesOver([]);
    const recording: typeof queries = {
      ...queries,
      listCalls: (filter, page) => {
        read.push(page.limit);
        return queries.listCalls(filter, page);
      },
    };
    let reached = 0;
    await subscriptions.resync(recording, async () => {
      if (read.length > 1) return;
      happen(call("one", 1));
      clock.advance(FRAME_MS);
      reached = delivered.length;
    });
    expect([read.length, read[0], reached]).toEqual([300, 200, 301]);
  });

  test("a subscriber that left gets nothing", () => {
    const { clock, subscribe, happen } = start();
    const { live, leave, frames } = subscribe();
    live([]);
    happen(call("one", 1));
    leave();
    clock.advance(FRAME_MS);
    expect(frames).toEqual([]);
  });

  test("after a resync a subscriber gets the changed, new, gone and erased calls that it missed", async () => {
    const { clock, subscribe, subscriptions } = start();
    const { live, frames } = subscribe();
    live([call("same", 1), call("changed", 1), call("left", 1), call("erased", 1)]);
    const store = [call("same", 1), call("changed", 2), call("left", 2, "FINISHED"), call("new", 2)];
    await subscriptions.resync(queriesOver(store));
    clock.advance(FRAME_MS);
    expect(frames.flat().sort()).toEqual([
      "changed 2 WAITING",
      "erased erased",
      "left 2 FINISHED",
      "new 2 WAITING",
    ]);
  });
});

describe("a subscriber of a window", () => {
  const window = { since: new Date(1_000), until: new Date(5_000) };
  const span = (aggregate_id: string, version: number, created: number, updated: number) => {
    const times = { created_at: new Date(created), updated_at: new Date(updated) };
    return sampleCall({ aggregate_id, version, ...times });
  };
  const join = () => {
    const { clock, subscriptions, happen } = start();
    const frames: string[][] = [];
    const asked = { filter: {}, window, limit: 10 };
    const registration = subscriptions.register(asked, (messages) => {
      frames.push(messages.map(({ event, body }) => describeMessage(event, JSON.parse(body).data)));
    });
    return { clock, subscriptions, happen, registration, frames };
  };

  test("a subscriber is notified of calls with an event in its window, and of no other", () => {
    const { clock, happen, registration, frames } = join();
    registration.live([]);
    happen(span("before", 1, 0, 999), span("into", 2, 0, 1_000), span("after", 3, 5_000, 6_000));
    happen(span("through", 4, 0, 9_000), span("within", 5, 4_999, 7_000));
    clock.advance(FRAME_MS);
    expect(frames.flat()).toEqual(["into 2 NEW", "through 4 NEW", "within 5 NEW"]);
  });

  test("a subscriber gets the changes made while its snapshot was read only if they are in its window", () => {
    const { clock, happen, registration, frames } = join();
    happen(span("before", 1, 0, 999), span("into", 2, 0, 1_000));
    clock.advance(FRAME_MS);
    registration.live([]);
    expect(frames).toEqual([["into 2 NEW"]]);
  });

  test("a resync reads the window again, and a subscriber without that window has another view", async () => {
    const { clock, subscriptions, registration, frames } = join();
    registration.live([]);
    subscriptions.register({ filter: {}, limit: 10 }, () => {}).live([]);
    await subscriptions.resync(queriesOver([span("before", 1, 0, 999), span("into", 2, 0, 1_000)]));
    clock.advance(FRAME_MS);
    expect(frames.flat()).toEqual(["into 2 NEW"]);
  });
});

test("equal parameters share one encoding of each message", () => {
  const { clock, subscriptions, happen } = start();
  const got: unknown[] = [];
  for (const limit of [10, 10, 20])
    subscriptions.register({ filter: {}, limit }, (messages) => got.push(messages[0])).live([]);
  happen(call("one", 1));
  clock.advance(FRAME_MS);
  expect(got).toHaveLength(3);
  expect(new Set(got).size).toBe(1);
});

type Step =
  | { do: "change"; id: number; state: CallState }
  | { do: "erase"; id: number }
  | { do: "notify" | "subscribe" | "answer" | "read" | "frame" | "resync" | "settle" };

/** A client that follows the protocol: it keeps the newest version of each call and applies its filter. */
function createClient(subscriptions: ReturnType<typeof createSubscriptions>) {
  const held = new Map<string, Call>();
  let ready = false;
  const early: string[] = [];
  const registration: Registration = subscriptions.register(WAITING, (messages) => {
    if (!ready) early.push("a delta before the snapshot");
    for (const { event, body } of messages) {
      const { data } = JSON.parse(body);
      if (event === "CallErased") held.delete(data.aggregate_id);
      else if (data.version < (held.get(data.aggregate_id)?.version ?? 0)) early.push("an older version");
      else held.set(data.aggregate_id, data);
    }
  });
  let snapshot: Call[] = [];
  return {
    faults: early,
    read: (calls: Call[]) => {
      snapshot = calls;
    },
    answer() {
      if (ready) return;
      ready = true;
      for (const each of snapshot) held.set(each.aggregate_id, each);
      registration.live(snapshot);
    },
    shown: () =>
      [...held.values()]
        .filter(({ state }) => state === "WAITING")
        .map(({ aggregate_id, version }) => `${aggregate_id} ${version}`)
        .sort(),
  };
}

test("snapshot and deltas end in the true state, in any order of reads, answers and notices", async () => {
  const id = fc.integer({ min: 1, max: 2 });
  const state = fc.constantFrom<CallState>("WAITING", "ONGOING");
  const others = fc.constantFrom("notify", "subscribe", "answer", "read", "frame", "resync");
  const step = fc.oneof(
    { weight: 3, arbitrary: fc.record({ do: fc.constant("change"), id, state }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("erase"), id }) },
    { weight: 6, arbitrary: fc.record({ do: others }) },
  ) as fc.Arbitrary<Step>;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const world = { needsResync: false };
      const { clock, subscriptions } = start(() => {
        world.needsResync = true;
      });
      const store = new Map<string, Call>();
      const unread: string[] = [];
      const clients: ReturnType<typeof createClient>[] = [];
      const waiting = () => [...store.values()].filter(({ state }) => state === "WAITING");
      let version = 0;
      const notify = () => {
        const keys = [...new Set(unread.splice(0))];
        const found = keys.flatMap((key) => store.get(key) ?? []);
        subscriptions.changed(
          found,
          keys.filter((key) => !store.has(key)),
        );
      };
      const resync = async () => {
        // as the feed does: changes that a read of everything shows need no notice, except erasures
        const erased = unread.filter((key) => !store.has(key));
        unread.splice(0, unread.length, ...erased);
        world.needsResync = false;
        await subscriptions.resync(queriesOver([...store.values()]));
      };
      const end = [{ do: "answer" }, { do: "notify" }, { do: "settle" }, { do: "frame" }];
      for (const each of [...steps, ...end] as Step[]) {
        if (each.do === "change")
          store.set(
            `${each.id}`,
            sampleCall({ id: each.id, aggregate_id: `${each.id}`, version: ++version, state: each.state }),
          );
        if (each.do === "erase") store.delete(`${each.id}`);
        if (each.do === "change" || each.do === "erase") unread.push(`${each.id}`);
        if (each.do === "notify") notify();
        if (each.do === "subscribe") {
          const client = createClient(subscriptions);
          client.read(waiting());
          clients.push(client);
        }
        // a query may read at any moment between the command and its answer
        if (each.do === "read") for (const client of clients) client.read(waiting());
        if (each.do === "answer") for (const client of clients) client.answer();
        if (each.do === "frame") clock.advance(FRAME_MS);
        if (each.do === "resync" || (each.do === "settle" && world.needsResync)) await resync();
      }
      const truth = waiting()
        .map(({ aggregate_id, version: latest }) => `${aggregate_id} ${latest}`)
        .sort();
      const left = clients.map((client) => ({ shown: client.shown(), faults: client.faults }));
      expect(left).toEqual(clients.map(() => ({ shown: truth, faults: [] })));
    }),
    { numRuns: runs(1_000) },
  );
});
