import { expect, test } from "@jest/globals";
import type { AgentReport } from "@teravoz/protocol";
import fc from "fast-check";
import { createManualClock } from "../../testing/manual-clock.ts";
import type { Message } from "../commands/messages.ts";
import {
  createReportSubscriptions,
  deltaOf,
  type LiveReport,
  REPORT_FRAME_MS,
  REPORT_IDLE_MS,
} from "./report-subscriptions.ts";

type Taken = Record<string, number>;

/**
 * Builds a report of agents with the calls they have taken, counted at a moment: the part of a report that deltas
 * compare.
 */
const reportOf = (taken: Taken, ms = 0) =>
  ({
    from: new Date(0),
    now: new Date(ms),
    zone: "UTC",
    agents: Object.entries(taken).map(([agent, count]) => ({ agent, taken: count })),
  }) as unknown as AgentReport & LiveReport;

const subject = { event: "SubscribeAgents" as const, minutes: null };
const settle = () => new Promise((resolve) => setImmediate(resolve));

function start(first: Taken) {
  const clock = createManualClock();
  const world = { taken: first, counted: 0, fails: false };
  const count = async () => {
    world.counted += 1;
    if (world.fails) throw new Error("away");
    return reportOf(world.taken, clock.now());
  };
  const failures: unknown[] = [];
  const reports = createReportSubscriptions({ count, clock, onFailure: (error) => failures.push(error) });
  /** A client that follows the protocol: a snapshot, then new rows and names of rows that are gone. */
  const subscribe = (snapshot = reportOf(world.taken, clock.now())) => {
    const shown = new Map<string, number>();
    const received: string[] = [];
    const take = (rows: { agent: string; taken: number }[]) => {
      for (const { agent, taken } of rows) shown.set(agent, taken);
    };
    const registration = reports.register(subject, (messages: readonly Message[]) => {
      for (const { event, body } of messages) {
        const { data } = JSON.parse(body);
        received.push(`${event} ${data.agents.map(({ agent }: { agent: string }) => agent)}-${data.gone}`);
        take(data.agents);
        for (const name of data.gone) shown.delete(name);
      }
    });
    const live = () => {
      take(snapshot.agents as unknown as { agent: string; taken: number }[]);
      registration.live(snapshot);
    };
    return { shown: () => Object.fromEntries(shown), received, live, leave: registration.leave };
  };
  const advance = async (ms: number) => {
    clock.advance(ms);
    await settle();
  };
  return { clock, world, failures, reports, subscribe, advance };
}

test("only changed rows are sent, at most once a second, and the last change is always sent", async () => {
  const { world, reports, subscribe, advance } = start({ ana: 1, beto: 1 });
  const client = subscribe();
  client.live();
  await advance(0);
  for (let n = 2; n < 10; n += 1) {
    world.taken = { ana: n, beto: 1 };
    reports.changed();
    await advance(100);
  }
  await advance(REPORT_FRAME_MS);
  expect(client.received).toEqual(["AgentsChanged ana-"]);
  expect(client.shown()).toEqual({ ana: 9, beto: 1 });
  world.taken = { ana: 9, caio: 1 };
  reports.changed();
  await advance(REPORT_FRAME_MS);
  expect(client.received.slice(1)).toEqual(["AgentsChanged caio-beto"]);
});

test("a change by time alone is sent within ten seconds", async () => {
  const { world, subscribe, advance } = start({ ana: 1 });
  const client = subscribe();
  client.live();
  await advance(0);
  world.taken = { ana: 0 };
  await advance(REPORT_IDLE_MS);
  expect(client.shown()).toEqual({ ana: 0 });
});

test("a snapshot older than the others' report is brought up to date, a newer one is sent to the others", async () => {
  const { world, subscribe, advance } = start({ ana: 1 });
  const slow = subscribe();
  await advance(10);
  world.taken = { ana: 2, beto: 1 };
  const quick = subscribe();
  quick.live();
  slow.live();
  expect(slow.shown()).toEqual({ ana: 2, beto: 1 });
  await advance(10);
  world.taken = { ana: 3 };
  subscribe().live();
  expect(quick.shown()).toEqual({ ana: 3 });
  expect(slow.shown()).toEqual({ ana: 3 });
});

test("a failed count is reported, and the next count sends all changes", async () => {
  const { world, failures, reports, subscribe, advance } = start({ ana: 1 });
  const client = subscribe();
  client.live();
  await advance(0);
  world.fails = true;
  world.taken = { ana: 2 };
  reports.changed();
  await advance(REPORT_FRAME_MS);
  expect(failures).toHaveLength(1);
  world.fails = false;
  reports.changed();
  await advance(REPORT_FRAME_MS);
  expect(client.shown()).toEqual({ ana: 2 });
});

test("a client that left gets nothing, and nothing is counted without subscribers", async () => {
  const { world, reports, subscribe, advance } = start({ ana: 1 });
  const [client, early] = [subscribe(), subscribe()];
  client.live();
  await advance(0);
  client.leave();
  client.leave();
  early.leave();
  early.live();
  const counted = world.counted;
  world.taken = { ana: 2 };
  reports.changed();
  await advance(2 * REPORT_IDLE_MS);
  expect(client.received).toEqual([]);
  expect(world.counted).toBe(counted);
});

test("a report plus its delta to another report equals the other report", () => {
  const some = fc.dictionary(fc.constantFrom("a", "b", "c"), fc.nat(2), { noNullPrototype: true });
  fc.assert(
    fc.property(some, some, (before, after) => {
      const delta = deltaOf(reportOf(before), reportOf(after));
      const shown = new Map(Object.entries(before));
      for (const { agent, taken } of (delta as AgentReport | null)?.agents ?? []) shown.set(agent, taken);
      for (const name of delta?.gone ?? []) shown.delete(name!);
      expect(Object.fromEntries(shown)).toEqual(after);
    }),
  );
});
