import { describe, expect, test } from "@jest/globals";
import { type Event, type FlowName, flows, foldCall, parseWebhook } from "@teravoz/domain";
import fc from "fast-check";
import { runs } from "../../../../test/support/long.ts";
import { type Delivery, type PlanOptions, planDeliveries } from "./plan.ts";

const startAt = new Date("2026-03-01T12:00:00.250Z");
const usual: PlanOptions = {
  calls: 10,
  rate: 50,
  shares: { delegated: 1, sandbox: 1, outbound: 1, campaign: 1, abandoned: 1, transferred: 1 },
  duplicates: 0,
  reorder: 0,
  delayMs: 100,
  oldSpellings: 0,
  burst: 0,
  seed: 7,
  startAt,
};
const flowNames = Object.keys(flows) as FlowName[];
const anyOptions: fc.Arbitrary<PlanOptions> = fc.record({
  calls: fc.integer({ min: 1, max: 30 }),
  rate: fc.double({ min: 0.5, max: 10_000, noNaN: true }),
  shares: fc.dictionary(fc.constantFrom(...flowNames), fc.integer({ min: 1, max: 9 }), { minKeys: 1 }),
  duplicates: fc.double({ min: 0, max: 1, noNaN: true }),
  reorder: fc.double({ min: 0, max: 1, noNaN: true }),
  delayMs: fc.integer({ min: 0, max: 5_000 }),
  oldSpellings: fc.double({ min: 0, max: 1, noNaN: true }),
  burst: fc.constantFrom(0, 0, 0, 100),
  agents: fc.boolean(),
  seed: fc.nat(),
  startAt: fc.constant(startAt),
});

const bodiesOf = (deliveries: readonly Delivery[]) => deliveries.map(({ body }) => body);
const groupByCall = (deliveries: readonly Delivery[]) =>
  Object.values(Object.groupBy(deliveries, ({ call_id }) => call_id)).map((group) => group ?? []);

function readEvent({ body, dueMs }: Delivery): Event {
  const parsed = parseWebhook(Buffer.from(body), new Date(startAt.getTime() + dueMs));
  if (parsed.outcome !== "accepted") throw new Error(`refused: ${body}`);
  return parsed.event;
}

describe("a plan", () => {
  test("a plan is the same for the same seed, and different for another seed", () => {
    expect(planDeliveries(usual)).toEqual(planDeliveries({ ...usual }));
    expect(bodiesOf(planDeliveries(usual))).not.toEqual(bodiesOf(planDeliveries({ ...usual, seed: 8 })));
  });

  test("no body is sent twice, except redeliveries, which are equal byte for byte", () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        const deliveries = planDeliveries(options);
        const first = bodiesOf(deliveries.filter(({ repeated }) => !repeated));
        expect(new Set(first).size).toBe(first.length);
        for (const { body, repeated } of deliveries) if (repeated) expect(first).toContain(body);
      }),
      { numRuns: runs(25) },
    );
  });

  test("a plan contains only events that the gateway accepts, and every call ends finished", () => {
    fc.assert(
      fc.property(anyOptions, (options) => {
        for (const call of groupByCall(planDeliveries(options))) {
          const events = call.map(readEvent);
          if (events[0]?.kind === "call") expect(foldCall(events)?.state).toBe("FINISHED");
        }
      }),
      { numRuns: runs(25) },
    );
  });

  test("deliveries never begin faster than the rate allows", () => {
    const dues = planDeliveries({ ...usual, rate: 20, delayMs: 0 }).map(({ dueMs }) => dueMs);
    const pauses = dues.slice(1).map((due, index) => due - (dues[index] ?? 0));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(49.999);
  });

  test("calls begin as often as the rate requires, one after the other", () => {
    const calls = groupByCall(planDeliveries({ ...usual, calls: 100, rate: 10, shares: { delegated: 1 } }));
    // seven events per call at ten a second: the last of 100 calls begins after 99 x 0.7 s
    expect(calls.at(-1)?.[0]?.atMs).toBe(69_300);
  });

  test("the share of repeated deliveries is about as requested", () => {
    const count = (duplicates: number) =>
      planDeliveries({ ...usual, calls: 200, duplicates }).filter(({ repeated }) => repeated).length;
    const events = planDeliveries({ ...usual, calls: 200 }).length;
    expect(count(0)).toBe(0);
    expect(count(0.3) / events).toBeCloseTo(0.3, 1);
  });

  test("events overtake the previous one only if requested", () => {
    const overtaken = (reorder: number) =>
      groupByCall(planDeliveries({ ...usual, reorder })).filter((call) =>
        call.some(({ atMs }, index) => atMs < (call[index - 1]?.atMs ?? 0)),
      ).length;
    expect(overtaken(0)).toBe(0);
    expect(overtaken(1)).toBe(usual.calls);
  });

  test("flows are drawn in proportion to their shares", () => {
    const events = planDeliveries({ ...usual, calls: 400, shares: { sandbox: 3, abandoned: 1 } });
    const abandoned = events.filter(({ type }) => type === "call.queue-abandon").length;
    expect(abandoned / 400).toBeCloseTo(0.25, 1);
  });

  test("a plan with agents begins with their log-ins, one for each queue", () => {
    const deliveries = planDeliveries({ ...usual, agents: true });
    const logIns = deliveries.slice(0, 12);
    expect(new Set(logIns.map(({ type }) => type))).toEqual(new Set(["actor.logged-in"]));
    for (const logIn of logIns) expect(readEvent(logIn).kind).toBe("agent");
    expect(new Set(logIns.map(({ body }) => JSON.parse(body).actor)).size).toBe(8);
    expect(deliveries.slice(12).map(({ type }) => type)).not.toContain("actor.logged-in");
    const events = planDeliveries(usual).map(readEvent);
    expect(events.filter(({ kind, type }) => kind === "agent" || type === "actor.ringing")).toEqual([]);
  });

  test("a burst repeats the events of one call, which is already over, all at once", () => {
    const burst = planDeliveries({ ...usual, burst: 3_000, shares: { delegated: 1 } });
    expect(burst).toHaveLength(3_000);
    expect(new Set(bodiesOf(burst)).size).toBe(7);
    expect(new Set(burst.map(({ call_id }) => call_id)).size).toBe(1);
    expect(Math.max(...burst.map(({ atMs }) => atMs))).toBeLessThanOrEqual(0);
  });
});
