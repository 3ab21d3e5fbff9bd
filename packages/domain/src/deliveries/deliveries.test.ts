import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { orderEvents } from "../call/order.ts";
import type { Event } from "../event/event.ts";
import type { DeadLetter } from "./dead-letter.ts";
import { type DeliveredEvent, findOvertaken, isLate, LATE_MS, statusesOf } from "./deliveries.ts";

const START = Date.UTC(2026, 10, 25, 12);
const at = (ms: number) => new Date(START + ms);

/** An event that happened and was received at these times, in ms after START. */
const sample = (uuid: string, type: string, happened: number, received: number): Event => ({
  uuid,
  kind: "call",
  aggregate_id: "one",
  type,
  occurred_at: at(happened),
  received_at: at(received),
  payload: JSON.stringify({ type, call_id: "one", timestamp: at(happened).toISOString() }),
});

describe("the lateness of an event", () => {
  test.each([
    [LATE_MS, false],
    [LATE_MS + 1, true],
    [-5_000, false],
  ])("that was received %i ms after it happened is %s", (ms, expected) => {
    expect(isLate({ occurred_at: at(0), received_at: at(ms) })).toBe(expected);
  });

  test("without a stamp is false", () => {
    expect(isLate({ occurred_at: null, received_at: at(10 * LATE_MS) })).toBe(false);
  });
});

describe("an event is out of order", () => {
  test("if it was received after an event that comes later in the call, whose type is returned", () => {
    const events = [
      sample("a", "call.new", 0, 0),
      sample("b", "call.waiting", 1_000, 9_000),
      sample("c", "call.ongoing", 2_000, 2_000),
      sample("d", "call.finished", 3_000, 3_000),
    ];
    expect(findOvertaken(events)).toEqual(new Map([["b", "call.ongoing"]]));
  });

  test("by the life cycle if the stamps are equal, in any order of the input", () => {
    const events = [sample("a", "call.ongoing", 0, 10), sample("b", "call.new", 0, 20)];
    expect(findOvertaken(events)).toEqual(new Map([["b", "call.ongoing"]]));
    expect(findOvertaken(events.toReversed())).toEqual(new Map([["b", "call.ongoing"]]));
  });

  test("but not if both were received at the same moment", () => {
    expect(findOvertaken([sample("a", "call.new", 0, 5), sample("b", "call.ongoing", 1, 5)]).size).toBe(0);
  });

  test("if any later event of the call was received before it, and the first of those is returned", () => {
    const types = ["call.new", "call.waiting", "call.ongoing", "call.finished", "call.data-provided"];
    const one = fc.tuple(fc.nat(4), fc.nat(5), fc.nat(9));
    const property = fc.property(fc.array(one, { maxLength: 12 }), (given) => {
      const events = given.map(([type, happened, received], n) =>
        sample(String(n), types[type]!, happened * 1_000, received),
      );
      const ordered = orderEvents(events);
      const expected = ordered.flatMap(({ uuid, received_at }, index) => {
        const first = ordered.slice(index + 1).find((later) => later.received_at < received_at);
        return first ? [[uuid, first.type] as const] : [];
      });
      expect(findOvertaken(events)).toEqual(new Map(expected));
    });
    fc.assert(property);
  });
});

describe("the statuses of a delivery", () => {
  const event: DeliveredEvent = {
    uuid: "u",
    id: 1,
    kind: "call",
    aggregate_id: "one",
    type: "call.new",
    occurred_at: at(0),
    received_at: at(0),
    redeliveries: 0,
    overtaken_by: null,
  };
  test("may be several for an event, and `new` is the only one if no other applies", () => {
    expect(statusesOf({ event })).toEqual(["new"]);
    expect(statusesOf({ event: { ...event, redeliveries: 2 } })).toEqual(["redelivered"]);
    const all = { ...event, redeliveries: 1, received_at: at(LATE_MS + 1), overtaken_by: "call.finished" };
    expect(statusesOf({ event: all })).toEqual(["redelivered", "late", "out-of-order"]);
  });

  const deadLetter: DeadLetter = {
    id: "l",
    key: null,
    type: "call.imagined",
    reason: "unprocessable",
    service: "ingest",
    first_seen: at(0),
    last_seen: at(0),
    source: null,
    copies: 1,
    status: "waiting",
    status_at: at(0),
  };
  const source = { topic: "call-events", partition: 0, offset: 1 };
  test.each([
    [{}, "unknown-type"],
    [{ type: null }, "unknown-type"],
    [{ type: "toString" }, "unknown-type"],
    [{ type: "call.new" }, "refused"],
    [{ type: "call.on-going" }, "refused"],
    [{ type: "call.new", source }, "parked"],
  ])("a dead letter with %j is %s", (given, status) => {
    expect(statusesOf({ letter: { ...deadLetter, ...given } })).toEqual([status]);
  });
});
