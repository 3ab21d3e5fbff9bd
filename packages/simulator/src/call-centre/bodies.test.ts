import { describe, expect, test } from "@jest/globals";
import { type FlowName, flows } from "@teravoz/domain";
import { type CallScript, writeCall } from "./bodies.ts";

const script = (flow: FlowName, given: Partial<CallScript> = {}): CallScript => ({
  flow,
  steps: flows[flow],
  seed: 7,
  sequence: 0,
  startAt: new Date("2026-03-01T12:00:00.250Z"),
  beginsMs: 1_000,
  pauseMs: 1_000,
  oldSpelling: false,
  ...given,
});
const read = (flow: FlowName, given: Partial<CallScript> = {}): Record<string, unknown>[] =>
  writeCall(script(flow, given)).map(({ body }) => JSON.parse(body));

describe("the bodies of a call", () => {
  test.each(Object.keys(flows) as FlowName[])("the bodies follow the %s flow", (flow) => {
    expect(read(flow).map(({ type }) => type)).toEqual(flows[flow].map(({ type }) => type));
  });

  test("the bodies have an Asterisk unique id of the second in which the call begins", () => {
    expect(read("sandbox")[0]?.call_id).toMatch(/^1772366401\.\d+$/);
  });

  test("the numbers are on the life-cycle events, the agent is on the agent's events", () => {
    const [first, , waiting, entered] = read("delegated");
    expect(first).toMatchObject({ direction: "inbound", code: expect.stringMatching(/^ticket-/) });
    expect(first?.their_number).toMatch(/^\d{12,13}$/);
    expect(waiting?.queue).toBe("900");
    expect(entered).toMatchObject({
      queue: "900",
      actor: expect.stringContaining("@"),
      number: expect.any(String),
    });
    expect(entered).not.toHaveProperty("their_number");
  });

  test("the bodies of a dialer's call have no code, and have a queue only if the campaign has one", () => {
    const queuesOf = (flow: FlowName) => new Set(read(flow).map(({ queue }) => queue));
    for (const body of [...read("outbound"), ...read("campaign")]) expect(body).not.toHaveProperty("code");
    expect(read("campaign")[0]?.direction).toBe("outbound");
    expect(queuesOf("outbound")).toEqual(new Set([undefined]));
    expect(queuesOf("campaign")).toEqual(new Set([undefined, "901"]));
  });

  test("the bodies of a transferred call name two agents", () => {
    const entered = read("transferred").filter(({ type }) => type === "actor.entered");
    expect(new Set(entered.map(({ actor }) => actor)).size).toBe(2);
  });

  test("the mean pause between bodies is as requested", () => {
    const calls = Array.from({ length: 300 }, (_, seed) => writeCall(script("delegated", { seed })));
    const lengths = calls.map((call) => (call.at(-1)?.atMs ?? 0) - (call[0]?.atMs ?? 0));
    const mean = lengths.reduce((sum, length) => sum + length, 0) / lengths.length;
    expect(mean / 6).toBeGreaterThan(900);
    expect(mean / 6).toBeLessThan(1_100);
  });

  test("the bodies of older senders use their spelling and differ within one second", () => {
    const bodies = read("delegated", { oldSpelling: true, pauseMs: 0 });
    expect(bodies.map(({ type }) => type)).toContain("call.on-going");
    expect(bodies[2]?.queue).toBe(900);
    expect(bodies[0]?.timestamp).toBe("2026-03-01T12:00:01Z");
    expect(read("delegated", { oldSpelling: true, sequence: 1 })[0]?.timestamp).toBe("1772366401");
    const twice = read("transferred", { oldSpelling: true, pauseMs: 0 }).map((body) => JSON.stringify(body));
    expect(new Set(twice).size).toBe(twice.length);
  });
});
