import { describe, expect, test } from "@jest/globals";
import { ana, at, beto, callOf, q900, q901, type Sent, wholeSecond } from "../../testing/calls.ts";

const waiting: Sent = ["call.waiting", 1, q900];
const recording: Sent = ["call.recording-available", 90, { url: "https://example.com/1.2.wav" }];
const answered: Sent[] = [waiting, ["actor.entered", 5, ana], ["call.ongoing", 5.1], ["actor.left", 60, ana]];
const abandoned: Sent[] = [waiting, ["call.queue-abandon", 30, q900]];

/** The events that show that a call continues, each with the state after it. */
const reopening: [string, Sent, string][] = [
  ["call.standby", ["call.standby", 100], "STANDBY"],
  ["call.waiting", ["call.waiting", 100, q901], "WAITING"],
  ["call.ongoing", ["call.ongoing", 100], "ONGOING"],
];

describe("call.finished", () => {
  test("ends a call permanently: no later event changes its course", () => {
    const finished: Sent[] = [...answered, ["call.finished", 61]];
    const later: Sent[] = [
      ["call.standby", 70],
      ["call.waiting", 71, q901],
      ["actor.ringing", 72, beto],
      ["actor.entered", 73, beto],
      ["call.ongoing", 74],
      ["call.finished", 75],
    ];
    const { events: _, queue: _queue, updated_at: _at, ...course } = callOf(...finished);
    expect(callOf(...finished, ...later)).toMatchObject(course);
    expect(course).toMatchObject({ state: "FINISHED", finished_at: at(61), actor: null });
  });

  test("does not prevent later events from adding fields and the recording", () => {
    expect(callOf(["call.finished", 1], ["call.data-provided", 2, { code: "7" }], recording)).toMatchObject({
      code: "7",
      recording_url: "https://example.com/1.2.wav",
      finished_at: at(1),
    });
  });
});

describe("an abandon", () => {
  test("ends a call whose call.finished never came", () => {
    expect(callOf(...abandoned)).toMatchObject({
      state: "FINISHED",
      finished_at: at(30),
      waiting_since: null,
      abandoned: true,
      abandoned_at: at(30),
    });
  });

  test("is replaced as the end of the call by a call.finished that comes later", () => {
    expect(callOf(...abandoned, ["call.finished", 31]).finished_at).toEqual(at(31));
  });

  test.each<[string, Sent]>([
    ["a ring", ["actor.ringing", 31, ana]],
    ["the end of a ring", ["actor.noanswer", 31, ana]],
    ["a leaving agent", ["actor.left", 31, ana]],
    ["data", ["call.data-provided", 31]],
  ])("ends the call even if %s comes after it", (_what, later) => {
    expect(callOf(...abandoned, later)).toMatchObject({ state: "FINISHED", finished_at: at(30) });
  });

  test.each(reopening)("does not end the call if %s comes after it", (_what, later, state) => {
    expect(callOf(...abandoned, later)).toMatchObject({ state, finished_at: null });
  });

  test("does not end the call if an agent enters after it", () => {
    expect(callOf(...abandoned, ["actor.entered", 40, ana])).toMatchObject({
      finished_at: null,
      actor: "ana",
    });
  });

  test("in the first queue does not make the call abandoned if the second queue answers it", () => {
    const call = callOf(...abandoned, ["call.waiting", 31, q901], ["actor.entered", 40, { ...ana, ...q901 }]);
    expect(call).toMatchObject({ abandoned: false, abandoned_at: at(30), answered_at: at(40) });
  });
});

describe("a recording that is ready", () => {
  test("ends a call that was answered and has no agent on it, at the last event of its life cycle", () => {
    expect(callOf(...answered, recording)).toMatchObject({ state: "FINISHED", finished_at: at(60) });
  });

  test("ends a call that was answered in no queue", () => {
    expect(callOf(["call.new", 0], ["call.ongoing", 2], recording)).toMatchObject({ finished_at: at(2) });
  });

  test("ends a call whose only agent left before call.ongoing", () => {
    const sent: Sent[] = [waiting, ["actor.entered", 5, ana], ["actor.left", 6, ana], recording];
    expect(callOf(...sent)).toMatchObject({ finished_at: at(6), legs: [{ outcome: "ANSWERED" }] });
  });

  test.each<[string, Sent[]]>([
    ["was never answered", [["call.new", 0]]],
    ["has an agent on it", answered.slice(0, -1)],
    ["has a visit that waits", [...answered, ["call.waiting", 61, q901]]],
    ["waits for its first answer", [waiting]],
  ])("does not end a call that %s", (_what, sent) => {
    expect(callOf(...sent, recording).finished_at).toBeNull();
  });

  test.each(reopening)("does not end the call if %s comes after it", (_what, later, state) => {
    expect(callOf(...answered, recording, later)).toMatchObject({ state, finished_at: null });
  });

  test("does not end the call if an agent enters after it", () => {
    expect(callOf(...answered, recording, ["actor.entered", 100, beto])).toMatchObject({
      finished_at: null,
      actor: "beto",
    });
  });
});

describe("the caller waits", () => {
  test("from the beginning of an open visit that is not answered", () => {
    expect(callOf(waiting)).toMatchObject({ waiting_since: at(1), state: "WAITING" });
    expect(callOf(...answered).waiting_since).toBeNull();
  });

  test("from the beginning of the visit that overflowed, while no agent is on the call and no event follows", () => {
    const overflowed: Sent[] = [waiting, ["call.overflow", 20]];
    expect(callOf(...overflowed)).toMatchObject({ state: "WAITING", waiting_since: at(1) });
    expect(callOf(...overflowed, ["call.ongoing", 25]).waiting_since).toBeNull();
    expect(callOf(...overflowed, ["actor.entered", 25, ana]).waiting_since).toBeNull();
  });

  test("no longer than until the end of the call", () => {
    expect(callOf(waiting, ["call.finished", 20]).waiting_since).toBeNull();
  });
});

describe("the moments of a call", () => {
  test("began_at is the smallest stamp, or reception of an event without a stamp", () => {
    expect(callOf(["call.standby", 9], ["call.new", 2]).began_at).toEqual(at(2));
    const [early, late]: Sent[] = [
      ["call.new", 1, { timestamp: null }],
      ["call.standby", 2],
    ];
    expect(callOf(early!, late!).began_at).toEqual(at(1.05));
  });

  test("began_at is not the reception of an event that was delivered a day after it happened", () => {
    const late = ["call.new", 86_400, { timestamp: at(5).toISOString() }] as Sent;
    expect(callOf(late)).toMatchObject({ began_at: at(5), created_at: at(86_400.05) });
  });

  test("connected_at is the first call.ongoing, and answered_at the first answer that is not taken back", () => {
    expect(callOf(...answered, ["call.ongoing", 80])).toMatchObject({
      connected_at: at(5.1),
      answered_at: at(5),
    });
  });

  test("finished_at is not before began_at if only the end is stamped in whole seconds", () => {
    const { began_at, finished_at } = callOf(
      ["call.new", 3.4],
      ["call.finished", 3, { timestamp: wholeSecond(3) }],
    );
    expect(finished_at!.getTime()).toBeGreaterThanOrEqual(began_at.getTime());
  });
});

test("the queues and agents of a call are all those that it passed through, each listed once", () => {
  const sent: Sent[] = [
    ...answered,
    ["call.waiting", 61, q901],
    ["actor.entered", 70, { actor: "BETO" }],
    ["actor.left", 80, { actor: "Beto" }],
    ["call.waiting", 81, q900],
    ["actor.entered", 90, { actor: "beto" }],
  ];
  expect(callOf(...sent)).toMatchObject({ queues: ["900", "901"], agents: ["ana", "beto"] });
});

describe("an abandoned call", () => {
  test("is an inbound one whose last visit was abandoned", () => {
    expect(callOf(...answered, ["call.waiting", 61, q901], ["call.finished", 70])).toMatchObject({
      abandoned: true,
      abandoned_at: at(70),
    });
  });

  test.each(["outbound", "internal"])("is never an %s call", (direction) => {
    expect(callOf(["call.new", 0, { direction }], ...abandoned)).toMatchObject({
      abandoned: false,
      abandoned_at: null,
      counted_as: direction,
    });
  });
});
