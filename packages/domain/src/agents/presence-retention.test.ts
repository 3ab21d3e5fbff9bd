import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { runs } from "../../../../test/support/long.ts";
import { at } from "../../testing/calls.ts";
import type { Event } from "../event/event.ts";
import { countAgents } from "./agents.ts";
import { applyPresence } from "./presence.ts";
import { pickOutdated } from "./presence-retention.ts";

const DAY_S = 86_400;

function said(type: string, day: number, body: Record<string, unknown> = { queue: "900" }): Event {
  const moment = at(day * DAY_S);
  return {
    uuid: `${type}-${day}-${JSON.stringify(body)}`,
    kind: "agent",
    aggregate_id: "ana",
    type: `actor.${type}`,
    occurred_at: moment,
    received_at: moment,
    payload: JSON.stringify({
      type: `actor.${type}`,
      actor: "ana",
      timestamp: moment.toISOString(),
      ...body,
    }),
  };
}

/** A retention of 30 days, on day 40. */
const asked = { time: at(10 * DAY_S), isHeardOf: true };

test("all old events of an agent who logs in and out every day are outdated", () => {
  const days = Array.from({ length: 40 }, (_, n) => n);
  const events = days.flatMap((day) => [said("logged-in", day), said("logged-out", day + 0.4)]);
  expect(pickOutdated(events, asked)).toBe("all");
});

test("an old log-in is kept while the agent takes calls, and the log-in that it replaced is outdated", () => {
  const replaced = [said("logged-in", 0), said("logged-out", 1)];
  const inForce = said("logged-in", 2);
  const events = [...replaced, inForce, said("paused", 30), said("unpaused", 30.1)];
  expect(pickOutdated(events, asked)).toBe("all");
  expect(pickOutdated([...replaced, inForce], asked)).toEqual([replaced[0]!.uuid]);
});

test("all events of an agent without a newer event or call are outdated, logged in or not", () => {
  expect(pickOutdated([said("logged-in", 0)], { ...asked, isHeardOf: false })).toBe("all");
  expect(pickOutdated([said("logged-in", 0), said("logged-out", 1)], { ...asked, isHeardOf: false })).toBe(
    "all",
  );
});

test("the present pause, the last log-out and the extension of the last log-in are kept", () => {
  const paused = [said("logged-in", 0), said("paused", 1, { queue: "900", reason: "lunch" })];
  expect(pickOutdated(paused, asked)).toEqual([]);
  const out = [said("logged-in", 0), said("logged-out", 1)];
  expect(pickOutdated(out, asked)).toEqual([]);
  const withExtension = said("logged-in", 0, { queue: "900", number: "2001" });
  expect(pickOutdated([withExtension, said("paused", 30), said("unpaused", 31)], asked)).toEqual([]);
});

test("the state of an agent is the same without the outdated events", () => {
  const anyEvent = fc.record({
    type: fc.constantFrom("logged-in", "logged-out", "paused", "unpaused"),
    // few values, so that some events share a stamp
    day: fc.oneof(
      fc.integer({ min: 0, max: 20 }),
      fc.integer({ min: 0, max: 40 }).map((n) => n / 2),
    ),
    body: fc.constantFrom({ queue: "900" }, { queue: "901" }, {}, { queue: "900", number: "2001" }),
  });
  const now = at(20.5 * DAY_S);
  const stateOf = (events: readonly Event[]) => {
    const presence = applyPresence(null, events);
    const calls: Parameters<typeof countAgents>[1] = [];
    const [agent] = countAgents(presence ? [presence] : [], calls, {
      window: { from: at(0), to: now },
      now,
    });
    return agent && { state: agent.state, queues: agent.queues, reason: agent.reason };
  };
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 12 }), (drawn) => {
      const events = drawn.map(({ type, day, body }) => said(type, day, body));
      // an event of today, because without one the state would be UNKNOWN
      const all = [...events, said("unpaused", 20.4, { queue: "999" })];
      const outdated = pickOutdated(all, asked);
      const isGone = (event: Event) =>
        outdated === "all" ? event.received_at <= asked.time : outdated.includes(event.uuid);
      expect(stateOf(all.filter((event) => !isGone(event)))).toEqual(stateOf(all));
    }),
    { numRuns: runs(150) },
  );
});
