import { expect, test } from "@jest/globals";
import { type Fold, type FoldedCall, foldCall } from "@teravoz/domain";
import { topicNames } from "@teravoz/kafka";
import { createMemoryStore, OVERSIZED_BYTES } from "@teravoz/store";
import { compareCalls, type RebuildPorts, rebuildCalls } from "./rebuild.ts";
import { formatReport } from "./report.ts";

const topics = topicNames("");
const place = { topic: topics.callEvents, partition: 0 };
const LARGE = `{"note":"${"x".repeat(OVERSIZED_BYTES)}"}`;

/** Opens a store with two usual calls and two oversized ones. `together` holds the keys of each comparison. */
async function openStore() {
  const store = createMemoryStore();
  const events = ["a", "b", "large a", "large b"].map((key, offset) => ({
    uuid: key,
    kind: "call" as const,
    aggregate_id: key,
    type: "call.new",
    occurred_at: null,
    received_at: new Date(),
    source: { ...place, offset },
    payload: key.startsWith("large") ? LARGE : "{}",
  }));
  await store.apply({ ...place, expected: null, next: 4, events }, foldCall);
  const together: string[][] = [];
  const ports: RebuildPorts = {
    store: {
      ...store,
      compare: async (keys, fold) => {
        together.push([...keys]);
        return store.compare(keys, fold);
      },
    },
    topics,
    fold: foldCall,
    partitionOf: () => 0,
    notify: async () => {},
    retry: (work) => work(),
    isWanted: () => true,
    onLooked: () => {},
  };
  return { ports, together };
}

test.each([
  ["a rebuild", rebuildCalls],
  ["a dry run", compareCalls],
])("%s reads each oversized call separately", async (_, run) => {
  const { ports, together } = await openStore();
  expect(await run(ports)).toMatchObject({ looked: 4, oversized: 0, complete: true });
  expect(together).toEqual([["a", "b"], ["large a"], ["large b"]]);
});

/**
 * The fold of revision 3: without talks, rings and beginning, with visits that do not name who answered, and with the
 * direction as it was received.
 */
const older: Fold = Object.assign(
  (events: Parameters<Fold>[0]) => {
    const { began_at, counted_as, connected_at, abandoned_at, talks, rings, queues, agents, ...call } =
      foldCall(events)!;
    const legs = call.legs.map(({ wait_known, answered_by, ...visit }) => visit);
    const finished_at = call.aggregate_id === "ended otherwise" ? new Date(0) : call.finished_at;
    return { ...call, finished_at, legs, offers: [], fold: 3 } as unknown as FoldedCall;
  },
  { ...foldCall, revision: 3 },
);

test("a dry run over calls of the previous release counts the changes by kind, and changes nothing", async () => {
  const received_at = new Date("2026-03-01T12:00:00.000Z");
  const call = (key: string, steps: [type: string, more?: object][]) =>
    steps.map(([type, more], n) => ({
      uuid: `${key}-${n}`,
      kind: "call" as const,
      aggregate_id: key,
      type,
      occurred_at: null,
      received_at: new Date(received_at.getTime() + n),
      source: { ...place, offset: 0 },
      payload: JSON.stringify({ queue: "900", ...more }),
    }));
  const ana = { actor: "ana" };
  const events = [
    ...call("as before", [["call.new"]]),
    ...call("answered", [["call.waiting"], ["actor.ringing", ana], ["actor.entered", ana], ["call.ongoing"]]),
    ...call("gave up", [["call.waiting"], ["call.queue-abandon"]]),
    ...call("dialled", [["dialer.success"]]),
    ...call("began before", [["call.new", { timestamp: "2026-03-01T11:59:00.000Z" }]]),
    ...call("ended otherwise", [["call.new"], ["call.finished"]]),
  ];
  const { ports } = await openStore();
  const store = createMemoryStore();
  await store.apply({ ...place, expected: null, next: events.length, events }, older);
  const before = await store.findCalls(["answered"]);
  const report = await compareCalls({ ...ports, store });
  expect(report).toMatchObject({ looked: 6, changed: 6, added: 0, removed: 0 });
  expect(report.kinds).toEqual({
    "beginning or end": 2,
    "waiting and answers": 1,
    "talks of agents": 1,
    "rings at agents": 1,
    direction: 1,
    abandoned: 1,
    "only the revision of the fold": 1,
  });
  expect(await store.findCalls(["answered"])).toEqual(before);
  expect(formatReport(report, { dryRun: true, seconds: 1.5 })).toBe(
    `6 calls checked in 1.5 s: 6 would be changed, 0 would be added (events without a call), 0 would be removed (calls without events)
changed calls by kind (a call may be in several):
  beginning or end: 2
  waiting and answers: 1
  talks of agents: 1
  rings at agents: 1
  direction: 1
  abandoned: 1
  only the revision of the fold: 1`,
  );
});
