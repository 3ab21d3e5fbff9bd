import { describe, expect, test } from "@jest/globals";
import { ana, at, beto, callOf, q900, q901, type Sent, wholeSecond } from "../../testing/calls.ts";

/** A second event with the same content. Another `sid` makes it a separate event. */
const again = ([type, seconds, fields]: Sent): Sent => [type, seconds, { ...fields, sid: "again" }];
const overflow: Sent = ["call.overflow", 20, q900];
const rings: Sent[] = [
  ["actor.ringing", 5, ana],
  ["actor.noanswer", 9, ana],
];

describe("two events of one type that are equal in stamp, queue and agent", () => {
  test("are one step, and two events", () => {
    const sent: Sent[] = [["call.waiting", 1, q900], ...rings];
    const call = callOf(...sent, ...sent.map(again));
    expect(call).toEqual({ ...callOf(...sent), events: 6 });
  });

  test("are one answer if the transfer to the same queue is in that second too", () => {
    const stamp = { timestamp: wholeSecond(1) };
    const sent: Sent[] = [
      ["call.waiting", 1, { ...q900, ...stamp }],
      ["actor.entered", 1, { ...ana, ...q900, ...stamp }],
      ["call.ongoing", 1, stamp],
    ];
    const call = callOf(...sent, ...sent.map(again));
    expect(call).toMatchObject({ state: "ONGOING", actor: "ana", legs: [{ agent: "ana" }], events: 6 });
    expect(call.legs).toHaveLength(1);
  });

  test("both add their fields to the call", () => {
    const first: Sent = ["call.waiting", 1, { ...q900, code: "7" }];
    const second: Sent = ["call.waiting", 1, { ...q900, their_number: "11987654321" }];
    expect(callOf(first, second)).toMatchObject({ code: "7", their_number: "11987654321", events: 2 });
  });

  test("are equal if they differ only in the case of the login, or in the extension beside it", () => {
    const sent: Sent[] = [
      ["actor.noanswer", 9, { actor: "Ana", number: "201" }],
      ["actor.noanswer", 9, { actor: "ana" }],
    ];
    expect(callOf(...sent).rings).toMatchObject([{ rang: 1, missed: 1 }]);
  });

  test("are equal if the same stamp is written in two ways", () => {
    const sent: Sent[] = [
      ["actor.noanswer", 9, ana],
      ["actor.noanswer", 9, { ...ana, timestamp: at(9).getTime() }],
    ];
    expect(callOf(...sent).rings).toMatchObject([{ rang: 1 }]);
  });
});

describe("two events are two steps", () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ["agents", ana, beto],
    ["queues", { ...ana, ...q900 }, { ...ana, ...q901 }],
    ["stamps", { ...ana, timestamp: at(9).toISOString() }, { ...ana, timestamp: at(9.001).toISOString() }],
  ])("if their %s differ", (_what, one, other) => {
    const { rings: all } = callOf(["actor.noanswer", 9, one], ["actor.noanswer", 9, other]);
    expect(all.reduce((sum, { rang }) => sum + rang, 0)).toBe(2);
  });

  test("if they have no stamp, even if all other fields are equal", () => {
    const noanswer: Sent = ["actor.noanswer", 9, { ...ana, timestamp: null }];
    expect(callOf(noanswer, again(noanswer)).rings).toMatchObject([{ rang: 2, missed: 2 }]);
  });

  test("if their types differ", () => {
    expect(callOf(["call.waiting", 1, q900], overflow, ["call.waiting", 20, q900]).legs).toHaveLength(2);
  });
});
