import { describe, expect, test } from "@jest/globals";
import {
  applyPresence,
  countAgents,
  type Event,
  type FlowName,
  flows,
  foldCall,
  parseWebhook,
} from "@teravoz/domain";
import fc from "fast-check";
import { runs } from "../../../../test/support/long.ts";
import {
  callsOf,
  contradictionsOf,
  countTypes,
  faultsOf,
  followAgents,
  stepsOf,
} from "../../../../test/support/traffic/call-steps.ts";
import { writeCall } from "./bodies.ts";
import { type Delivery, type PlanOptions, planDeliveries } from "./plan.ts";

const startAt = new Date("2026-03-01T12:00:00.250Z");
const usual: PlanOptions = {
  calls: 60,
  rate: 10,
  shares: { delegated: 5, sandbox: 1, outbound: 1, campaign: 1, abandoned: 1, transferred: 1 },
  duplicates: 0,
  reorder: 0,
  delayMs: 2_500,
  oldSpellings: 0,
  burst: 0,
  agents: true,
  seed: 7,
  startAt,
};
const flowNames = Object.keys(flows) as FlowName[];
const anyRun: fc.Arbitrary<PlanOptions> = fc.record({
  calls: fc.integer({ min: 1, max: 80 }),
  rate: fc.oneof(
    fc.double({ min: 0.5, max: 100, noNaN: true }),
    fc.double({ min: 0.5, max: 10_000, noNaN: true }),
  ),
  shares: fc.dictionary(fc.constantFrom(...flowNames), fc.integer({ min: 1, max: 9 }), { minKeys: 1 }),
  duplicates: fc.constantFrom(0, 0.5),
  reorder: fc.constantFrom(0, 0.5),
  delayMs: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 5_000 })),
  oldSpellings: fc.constantFrom(0, 0.3, 1),
  burst: fc.constant(0),
  agents: fc.boolean(),
  seed: fc.nat(),
  startAt: fc.integer({ min: 0, max: 999 }).map((ms) => new Date(startAt.getTime() + ms)),
});
const staffedRun = anyRun.map((options) => ({ ...options, agents: true }));

const readEvent = ({ body, dueMs }: Delivery): Event => {
  const parsed = parseWebhook(Buffer.from(body), new Date(startAt.getTime() + dueMs));
  if (parsed.outcome !== "accepted") throw new Error(`refused: ${body}`);
  return parsed.event;
};

const isCall = ([first]: readonly Event[]) => first?.kind === "call";

/** Returns the calls and agents on the board after all deliveries. */
function boardAfter(deliveries: readonly Delivery[]) {
  const groups = [...Map.groupBy(deliveries.map(readEvent), ({ aggregate_id }) => aggregate_id).values()];
  const [ofCalls, ofAgents] = [groups.filter(isCall), groups.filter((events) => !isCall(events))];
  const calls = ofCalls.map((events) => foldCall(events)).filter((call) => call !== null);
  const presences = ofAgents.map((events) => applyPresence(null, events)).filter((one) => one !== null);
  const now = new Date(startAt.getTime() + (deliveries.at(-1)?.dueMs ?? 0));
  return { calls, agents: countAgents(presences, calls, { window: { from: startAt, to: now }, now }) };
}

describe("a simulated call centre", () => {
  test("no agent is in two calls at once, or rung or on a call while paused or logged out, in any run", () => {
    fc.assert(
      fc.property(anyRun, (options) => {
        const steps = stepsOf(planDeliveries(options));
        expect(contradictionsOf(steps, { agents: options.agents === true })).toEqual([]);
      }),
      { numRuns: runs(30) },
    );
  });

  test("one agent at a time is rung for a call, and every wait and every call ends", () => {
    fc.assert(
      fc.property(anyRun, (options) => {
        const calls = callsOf(stepsOf(planDeliveries(options)));
        expect(calls.flatMap(faultsOf)).toEqual([]);
      }),
      { numRuns: runs(20) },
    );
  });

  test("after all deliveries the calls are finished and the agents are free or logged out", () => {
    fc.assert(
      fc.property(staffedRun, (options) => {
        const { calls, agents } = boardAfter(planDeliveries(options));
        expect(calls).toHaveLength(options.calls);
        expect(new Set(calls.map(({ state }) => state))).toEqual(new Set(["FINISHED"]));
        for (const { state } of agents) expect(state).toMatch(/^(FREE|LOGGED_OUT)$/);
      }),
      { numRuns: runs(12) },
    );
  });

  test("the board shows the simulated state at any moment of a run", () => {
    const names: Record<string, string> = { free: "FREE", ringing: "RINGING", talking: "TALKING" };
    Object.assign(names, { paused: "PAUSED", out: "LOGGED_OUT" });
    const deliveries = planDeliveries(usual).toSorted((one, other) => one.atMs - other.atMs);
    const seen = new Set<string>();
    for (const { atMs } of deliveries.filter((_, index) => index % 20 === 0)) {
      const sofar = deliveries.filter((delivery) => delivery.atMs <= atMs);
      const { states } = followAgents(stepsOf(sofar), { agents: true });
      const simulated = [...states].map(([agent, { state, call_id = null }]) => ({
        agent,
        state: names[state],
        call_id,
      }));
      const shown = boardAfter(sofar).agents.map(({ agent, state, call_id }) => ({ agent, state, call_id }));
      expect(shown).toEqual(simulated.sort((one, other) => (one.agent < other.agent ? -1 : 1)));
      for (const { state } of shown) seen.add(state);
    }
    expect(seen).toEqual(new Set(Object.values(names)));
  });

  test("without agents' events the flows are sent as they are listed, at any load", () => {
    fc.assert(
      fc.property(anyRun, (options) => {
        const sequences = new Set(flowNames.map((name) => flows[name].map(({ type }) => type).join()));
        const steps = stepsOf(planDeliveries({ ...options, agents: false }));
        const calls = callsOf(steps.toSorted((one, other) => one.atMs - other.atMs));
        for (const call of calls) expect(sequences).toContain(call.map(({ type }) => type).join());
      }),
      { numRuns: runs(12) },
    );
  });

  test("agents miss rings, pause with reasons, and some log out near the end", () => {
    const deliveries = planDeliveries({ ...usual, calls: 200 });
    const count = countTypes(deliveries);
    expect(count["actor.noanswer"]).toBeGreaterThan(10);
    expect(count["actor.unpaused"]).toBe(count["actor.paused"]);
    expect(count["actor.paused"]).toBeGreaterThan(10);
    const bodies = deliveries.map(({ body, atMs }) => ({ ...JSON.parse(body), atMs }));
    for (const { type, ringtime, reason } of bodies) {
      if (type === "actor.noanswer") expect(ringtime).toBeGreaterThanOrEqual(1);
      if (type === "actor.paused") expect(reason).toMatch(/^\p{L}+$/u);
    }
    const outs = bodies.filter(({ type }) => type === "actor.logged-out");
    const loggedIn = new Set(
      bodies.filter(({ type }) => type === "actor.logged-in").map(({ actor }) => actor),
    );
    const loggedOut = new Set(outs.map(({ actor }) => actor));
    expect(loggedOut.size).toBeGreaterThan(0);
    expect(loggedOut.size).toBeLessThan(loggedIn.size / 2);
    const lastMs = Math.max(...bodies.map(({ atMs }) => atMs));
    for (const { atMs } of outs) expect(atMs / lastMs).toBeGreaterThan(0.6);
  });

  test("a transferred call goes to another agent, who was not on it before", () => {
    const calls = callsOf(stepsOf(planDeliveries({ ...usual, shares: { transferred: 1 } })));
    const entered = calls.map((call) => call.filter(({ type }) => type === "actor.entered"));
    const passedOn = entered.filter((agents) => agents.length === 2);
    expect(passedOn.length).toBeGreaterThan(40);
    for (const [first, second] of passedOn) {
      expect([first?.queue, second?.queue]).toEqual(["900", "901"]);
      expect(second?.actor).not.toBe(first?.actor);
    }
  });

  test("a campaign rings in its queue; an outbound call names no queue and rings no agent", () => {
    const outbound = stepsOf(planDeliveries({ ...usual, shares: { outbound: 1 } })).filter(
      ({ call_id }) => call_id,
    );
    expect(countTypes(outbound)["actor.entered"]).toBe(usual.calls);
    expect(countTypes(outbound)["actor.ringing"]).toBeUndefined();
    expect(new Set(outbound.map(({ queue }) => queue))).toEqual(new Set([undefined]));
    const campaign = stepsOf(planDeliveries({ ...usual, shares: { campaign: 1 } })).filter(
      ({ call_id }) => call_id,
    );
    const rings = campaign.filter(({ type }) => type === "actor.ringing");
    expect(rings.length).toBeGreaterThanOrEqual(usual.calls / 2);
    expect(new Set(rings.map(({ queue }) => queue))).toEqual(new Set(["901"]));
  });

  test("callers give up after different waits if more call than agents can serve", () => {
    const rush = { ...usual, calls: 1_200, rate: 10_000, delayMs: 5_000, shares: { delegated: 1 } };
    const steps = stepsOf(planDeliveries(rush)).filter(({ call_id }) => call_id);
    const waits = callsOf(steps).flatMap((call) => {
      const [waiting, abandon] = ["call.waiting", "call.queue-abandon"].map((one) =>
        call.find(({ type }) => type === one),
      );
      return waiting && abandon ? [abandon.atMs - waiting.atMs] : [];
    });
    expect(waits.length).toBeGreaterThan(100);
    expect(waits.length).toBeLessThan(rush.calls);
    expect(Math.max(...waits)).toBeGreaterThan(2 * Math.min(...waits));
  });

  test("few callers give up at the usual load, except those of the flow `abandoned`", () => {
    const count = countTypes(planDeliveries({ ...usual, calls: 500, shares: { delegated: 1 } }));
    expect(count["call.queue-abandon"] ?? 0).toBeLessThan(25);
  });

  test("the requested pace is kept, including rings and pauses", () => {
    const deliveries = planDeliveries({ ...usual, calls: 1_000, rate: 50 });
    const lateMs = deliveries.map(({ dueMs, atMs }) => dueMs - atMs).sort((one, other) => one - other);
    // a growing backlog would be minutes long by the end
    expect(lateMs[Math.floor(lateMs.length * 0.9)]).toBeLessThan(10_000);
  });

  test("thousands of calls are planned in less than a tenth of their duration", () => {
    const begun = performance.now();
    const deliveries = planDeliveries({ ...usual, calls: 2_000, rate: 20 });
    const planMs = performance.now() - begun;
    expect(deliveries.length).toBeGreaterThan(12_000);
    expect(planMs).toBeLessThan(deliveries.at(-1)!.dueMs / 10);
  });
});

describe("the checks", () => {
  test.each([
    ["waits without end", ["call.new", "call.waiting", "call.finished"]],
    ["rings two agents at once", ["call.waiting", "actor.ringing", "actor.ringing"]],
    ["never finishes", ["call.new", "call.standby"]],
  ])("the checks find a call that %s", (_, types) => {
    expect(faultsOf(types.map((type, n) => ({ type, stampMs: n, atMs: n })))).not.toEqual([]);
  });

  test("the checks find agents on several calls at once if each call is written alone", () => {
    const script = { flow: "delegated" as const, steps: flows.delegated, startAt, pauseMs: 2_500 };
    const calls = Array.from({ length: 30 }, (_, n) =>
      writeCall({ ...script, seed: n, sequence: n, beginsMs: n * 700, oldSpelling: false }),
    );
    const deliveries = calls.flat().map((event) => ({ ...event, dueMs: event.atMs, repeated: false }));
    expect(contradictionsOf(stepsOf(deliveries), { agents: false }).length).toBeGreaterThan(20);
  });

  test.each([
    ["is rung while paused", ["actor.logged-in", "actor.paused", "actor.ringing"]],
    ["enters while logged out", ["actor.logged-in", "actor.logged-out", "actor.entered"]],
    ["rings twice", ["actor.logged-in", "actor.ringing", "actor.ringing"]],
    ["never leaves", ["actor.logged-in", "actor.entered"]],
    ["stays paused", ["actor.logged-in", "actor.paused"]],
  ])("the checks find an agent who %s", (_, types) => {
    const steps = types.map((type, n) => ({
      type,
      actor: "ana@example.com",
      stampMs: n,
      atMs: n,
      ...(/logged|paused/.test(type) ? {} : { call_id: "1.1" }),
    }));
    expect(contradictionsOf(steps, { agents: true })).not.toEqual([]);
  });
});
