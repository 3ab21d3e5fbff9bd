import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { applyPresence, PRESENCE_TYPES, type Presence } from "../agents/presence.ts";
import { foldCall } from "../call/call.ts";
import type { Event } from "../event/event.ts";
import { callsAt, ON_BOARD_MS, type Past, presencesAt } from "./past.ts";
import { type RecentCall, recentPart } from "./recent-call.ts";

const start = Date.UTC(2026, 0, 1, 12);
const QUARTER_MS = 15 * 60_000;
/** A moment, given in quarters of an hour. The tests have few of them, so that many events share a moment. */
const at = (quarters: number) => new Date(start + quarters * QUARTER_MS);
/** The last moment: three days, in quarters of an hour. */
const LAST = 288;

const TYPES = ["call.new", "call.waiting", "actor.entered", "call.ongoing", "actor.left", "call.finished"];

type Sample = { call: number; type: number; received: number; stamped: number };
const sample = fc.record({
  call: fc.nat(5),
  type: fc.nat(TYPES.length - 1),
  received: fc.nat(LAST),
  stamped: fc.nat(LAST),
});

const eventOf = ({ call, type, received, stamped }: Sample, index: number): Event => ({
  uuid: `event-${index}`,
  kind: "call",
  aggregate_id: `call-${call}`,
  type: TYPES[type]!,
  occurred_at: at(stamped),
  received_at: at(received),
  payload: JSON.stringify({ timestamp: at(stamped).toISOString(), queue: String(index % 3), actor: "ana" }),
});

const byCall = (events: readonly Event[]) => [...Map.groupBy(events, (event) => event.aggregate_id).values()];

/** Sorts calls by call_id and sets their versions to 0, because only the store decides the version. */
const comparable = (calls: readonly RecentCall[]) =>
  calls
    .map((call) => ({ ...call, version: 0 }))
    .sort((one, other) => (one.aggregate_id < other.aggregate_id ? -1 : 1));

const storedCalls = (events: readonly Event[]): RecentCall[] =>
  byCall(events).map((each) => recentPart({ ...foldCall(each)!, version: 7 }));

/** The moving calls that a store of these events gives for a stretch. */
function readMoving(events: readonly Event[], from: Date, to: Date): Past["moving"] {
  return byCall(events)
    .map((each) => ({ folded: foldCall(each)!, each }))
    .filter(({ folded }) => folded.created_at <= to && folded.updated_at > from)
    .map(({ folded, each }) => ({
      call: recentPart({ ...folded, version: 7 }),
      events: each.filter(({ received_at }) => received_at <= to),
    }));
}

type PastCalls = Pick<Past, "settled" | "moving">;

function readPast(events: readonly Event[], from: Date, to: Date): PastCalls {
  const settled = storedCalls(events).filter(
    ({ updated_at }) => updated_at <= from && from.getTime() - updated_at.getTime() <= ON_BOARD_MS,
  );
  return { settled, moving: readMoving(events, from, to) };
}

/** The board as it was at a moment: the folds of the events that had been received by then. */
const boardAt = (events: readonly Event[], moment: Date) =>
  comparable(
    storedCalls(events.filter(({ received_at }) => received_at <= moment)).filter(
      ({ updated_at }) => moment.getTime() - updated_at.getTime() <= ON_BOARD_MS,
    ),
  );

describe("the calls at a moment of the past", () => {
  const moments = fc.uniqueArray(fc.nat(LAST), { minLength: 3, maxLength: 3 });
  const samples = fc.array(sample, { maxLength: 40 });

  test("are the folds of the events that had been received by then, whatever stretch was read", () => {
    fc.assert(
      fc.property(samples, moments, (given, borders) => {
        const events = given.map(eventOf);
        const [from, moment, to] = borders.toSorted((one, other) => one - other).map(at);
        const past = readPast(events, from!, to!);
        for (const each of [from!, moment!, to!])
          expect(comparable(callsAt(past, each, foldCall))).toEqual(boardAt(events, each));
      }),
    );
  });

  test("are the same if a stretch starts from the calls at a moment of another stretch", () => {
    fc.assert(
      fc.property(samples, moments, (given, borders) => {
        const events = given.map(eventOf);
        const [from, border, moment] = borders.toSorted((one, other) => one - other).map(at);
        const settled = callsAt(readPast(events, from!, moment!), border!, foldCall);
        const to = at(LAST);
        const past = { settled, moving: readMoving(events, border!, to) };
        expect(comparable(callsAt(past, moment!, foldCall))).toEqual(boardAt(events, moment!));
      }),
    );
  });

  test("have the queue and the wait of that moment, not of now", () => {
    const [waiting, answered] = [1, 2].map((type, received) =>
      eventOf({ call: 0, type, received, stamped: received }, received),
    );
    const past = readPast([waiting!, answered!], at(0), at(1));
    expect(callsAt(past, at(0.5), foldCall)).toMatchObject([
      { legs: [{ entered_at: at(0), answered_at: null }] },
    ]);
    expect(callsAt(past, at(1), foldCall)).toMatchObject([{ legs: [{ answered_at: at(1) }] }]);
  });
});

const saying = fc.record({
  agent: fc.nat(3),
  type: fc.nat(3),
  queue: fc.nat(2),
  received: fc.nat(30),
});

// an event that comes after one with a later stamp would need all events of its agent
test("past agents are the folds of the events received by then, if these came in the order of their stamps", () => {
  const moments = fc.uniqueArray(fc.nat(30), { minLength: 4, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(saying, { maxLength: 40 }), moments, (given, borders) => {
      const events = given.map(({ agent, type, queue, received }, index): Event => {
        const about = { queue: String(queue), reason: `${index}`, timestamp: at(received) };
        const body = { actor: `agent-${agent}`, ...about };
        const stamps = { occurred_at: at(received), received_at: at(received) };
        const subject = { kind: "agent" as const, aggregate_id: body.actor, type: PRESENCE_TYPES[type]! };
        return { uuid: `said-${index}`, ...subject, ...stamps, payload: JSON.stringify(body) };
      });
      const agentsAt = (moment: Date): Presence[] =>
        byCall(events.filter(({ received_at }) => received_at <= moment)).map((each) => {
          const presence = applyPresence(null, each)!;
          return { ...presence, version: presence.updated_at.getTime() };
        });
      const within = (from: Date, to: Date) =>
        events.filter(({ received_at }) => received_at > from && received_at <= to);
      const [from, border, moment, to] = borders.toSorted((one, other) => one - other).map(at);
      const past = { presences: agentsAt(from!), said: within(from!, to!) };
      const next = { presences: presencesAt(past, border!), said: within(border!, to!) };
      for (const each of [past, next])
        expect(presencesAt(each, moment!).sort(byAgent)).toEqual(agentsAt(moment!).sort(byAgent));
    }),
  );
});

const byAgent = (one: Presence, other: Presence) => (one.agent < other.agent ? -1 : 1);
