import { describe, expect, test } from "@jest/globals";
import { ana, bia, callOf, type Line, secondsOf, talksOf, visitsOf } from "./story.ts";

const q900 = { queue: "900" };
const q901 = { queue: "901" };
const begun: Line[] = [
  [0, "call.new", { direction: "inbound" }],
  [1, "call.waiting", q900],
];
const answered: Line[] = [...begun, [10, "actor.entered", ana], [11, "call.ongoing"]];

describe("the queue of a visit", () => {
  test("comes from a later call.waiting if the visit has no queue and no answer", () => {
    expect(
      visitsOf([
        [1, "call.waiting"],
        [5, "call.waiting", q900],
        [9, "call.waiting"],
      ]),
    ).toEqual(["900 1- open"]);
  });
  test("does not come from an event before the visit", () => {
    expect(
      visitsOf([
        [0, "call.new", q901],
        [1, "call.waiting"],
      ]),
    ).toEqual([" 1- open"]);
  });
  test("comes from the actor.entered if the visit has no queue", () => {
    expect(
      visitsOf([
        [1, "call.waiting"],
        [5, "actor.entered", { ...ana, ...q900 }],
      ]),
    ).toEqual(["900 1- open ana 5-"]);
  });
});

describe("a call.waiting", () => {
  test("ends an unanswered visit as overflowed if it names another queue", () => {
    expect(visitsOf([...begun, [30, "call.waiting", q901]])).toEqual(["900 1-30 OVERFLOWED", "901 30- open"]);
  });
  test("is a transfer if it names the same queue and the visit is answered", () => {
    expect(visitsOf([...answered, [50, "call.waiting", q900]])).toEqual([
      "900 1-50 ANSWERED ana 10-50",
      "900 50- open",
    ]);
  });
});

describe("an agent who enters while no visit is open", () => {
  test("opens an answered visit whose wait is unknown if the event names a queue", () => {
    expect(visitsOf([[5, "actor.entered", { ...ana, ...q900 }]])).toEqual(["900 ?5- open ana 5-"]);
  });
  test("is on the call without a visit if the event names no queue", () => {
    const call = callOf([[5, "actor.entered", ana]]);
    expect([call.visits, call.actor, secondsOf(call.answered_at)]).toEqual([[], "ana", "5"]);
  });
});

describe("an answer before call.ongoing", () => {
  const left: Line[] = [...begun, [10, "actor.entered", ana], [12, "actor.left", ana]];
  test("is taken back if the agent's leaving is the last event so far", () => {
    expect(visitsOf(left)).toEqual(["900 1- open"]);
    expect(callOf(left)).toMatchObject({ state: "WAITING", actor: null });
  });
  test.each<[string, Line, string[]]>([
    ["a ring", [20, "actor.ringing", bia], ["900 1- open"]],
    ["another agent", [20, "actor.entered", bia], ["900 1- open bia 20-"]],
    ["call.ongoing", [20, "call.ongoing"], ["900 1- open  20-"]],
    ["an abandon", [20, "call.queue-abandon"], ["900 1-20 ABANDONED"]],
    ["an overflow", [20, "call.overflow"], ["900 1-20 OVERFLOWED"]],
  ])("is taken back if %s comes next", (_name, next, visits) => {
    expect(visitsOf([...left, next])).toEqual(visits);
  });
  test.each<[string, Line, string[]]>([
    ["a transfer", [20, "call.waiting", q901], ["900 1-20 ANSWERED ana 10-12", "901 20- open"]],
    [
      "a transfer to the same queue",
      [20, "call.waiting", q900],
      ["900 1-20 ANSWERED ana 10-12", "900 20- open"],
    ],
    ["the end of the call", [20, "call.finished"], ["900 1-20 ANSWERED ana 10-12"]],
    ["the same agent", [20, "actor.entered", ana], ["900 1- open ana 10-"]],
  ])("is kept if %s comes next", (_name, next, visits) => {
    expect(visitsOf([...left, next])).toEqual(visits);
  });
  test("is replaced by the answer of an agent who is still on the call", () => {
    const both: Line[] = [
      ...begun,
      [10, "actor.entered", ana],
      [15, "actor.entered", bia],
      [17, "actor.left", ana],
    ];
    expect(visitsOf(both)).toEqual(["900 1- open bia 15-"]);
    expect(visitsOf([...both, [20, "actor.ringing", ana]])).toEqual(["900 1- open bia 15-"]);
    expect(visitsOf([...both, [20, "call.finished"]])).toEqual(["900 1-20 ANSWERED bia 10-20"]);
    const none: Line[] = [...both, [18, "actor.left", bia]];
    expect(visitsOf(none)).toEqual(["900 1- open"]);
    expect(visitsOf([...none, [20, "call.finished"]])).toEqual(["900 1-20 ANSWERED bia 10-18"]);
  });
});

describe("the talk of a visit", () => {
  test("continues if an agent enters again in the same visit", () => {
    const left: Line[] = [...answered, [50, "actor.left", ana]];
    expect(visitsOf(left)).toEqual(["900 1- open ana 10-50"]);
    const again: Line[] = [...left, [60, "actor.entered", bia]];
    expect(visitsOf(again)).toEqual(["900 1- open bia 10-"]);
    expect(visitsOf([...again, [70, "actor.left", bia], [90, "call.finished"]])).toEqual([
      "900 1-90 ANSWERED bia 10-70",
    ]);
  });
  test("lasts until the visit ends if no agent entered", () => {
    expect(visitsOf([...begun, [5, "call.ongoing"], [60, "call.finished"]])).toEqual([
      "900 1-60 ANSWERED  5-60",
    ]);
  });
});

describe("an abandon", () => {
  test("ends the open visit as overflowed and adds an abandoned one if its queue has no visit", () => {
    expect(visitsOf([...begun, [30, "call.queue-abandon", q901]])).toEqual([
      "900 1-30 OVERFLOWED",
      "901 ?30-30 ABANDONED",
    ]);
    expect(visitsOf([...answered, [30, "call.queue-abandon", q901]])[0]).toBe("900 1-30 ANSWERED ana 10-30");
  });
  test("counts at the queue that was named last if the call has no visit", () => {
    expect(
      visitsOf([
        [0, "call.new", q901],
        [30, "call.queue-abandon"],
      ]),
    ).toEqual(["901 ?30-30 ABANDONED"]);
  });
  test("adds nothing after an ended visit of its queue", () => {
    const lines: Line[] = [...begun, [20, "call.overflow"], [30, "call.queue-abandon", q900]];
    expect(visitsOf(lines)).toEqual(["900 1-20 OVERFLOWED"]);
  });
  test("ends the call unless an event of the life cycle follows", () => {
    const lines: Line[] = [...begun, [30, "call.queue-abandon"], [31, "actor.ringing", ana]];
    const { state, finished_at, abandoned } = callOf(lines);
    expect([state, secondsOf(finished_at), abandoned]).toEqual(["FINISHED", "30", true]);
    const reopened = callOf([...lines, [40, "call.waiting", q901]]);
    expect(reopened).toMatchObject({ state: "WAITING", finished_at: null, abandoned: false });
  });
});

describe("the talk of an agent", () => {
  test("ends if the first agent enters a visit that a transfer opened", () => {
    expect(talksOf([...answered, [50, "call.waiting", q901], [60, "actor.entered", bia]])).toEqual([
      "ana 10-60",
      "bia 60-",
    ]);
  });
  test("ends if another agent enters and names another queue", () => {
    expect(talksOf([...answered, [60, "actor.entered", { ...bia, ...q901 }]])).toEqual([
      "ana 10-60",
      "bia 60-",
    ]);
  });
  test("continues if another agent joins", () => {
    expect(talksOf([...answered, [60, "actor.entered", bia]])).toEqual(["ana 10-", "bia 60-"]);
  });
  test("ends at an actor.left with the login in another case, with the extension alone, or without a name", () => {
    for (const who of [{ actor: "ANA" }, { number: "201" }, {}])
      expect(talksOf([...answered, [50, "actor.left", who]])).toEqual(["ana 10-50"]);
    const rung: Line[] = [
      [5, "actor.ringing", ana],
      [10, "actor.entered", { actor: "ana" }],
    ];
    expect(talksOf([...rung, [50, "actor.left", { number: "201" }]])).toEqual(["ana 10-50"]);
  });
  test("continues at the actor.left of an agent who is not on the call", () => {
    expect(talksOf([...answered, [50, "actor.left", bia]])).toEqual(["ana 10-"]);
  });
});

test("a recording ends an answered call without agents, at the last event of its life cycle", () => {
  const recording: Line = [90, "call.recording-available"];
  const left = callOf([...answered, [50, "actor.left", ana], recording]);
  expect([left.state, secondsOf(left.finished_at)]).toEqual(["FINISHED", "50"]);
  expect(callOf([...answered, recording]).state).toBe("ONGOING");
  expect(callOf([...begun, recording]).state).toBe("WAITING");
  expect(callOf([[0, "call.new"], recording]).state).toBe("NEW");
});

test("steps after call.finished change no visit and no talk", () => {
  const lines: Line[] = [
    ...answered,
    [50, "call.finished"],
    [51, "call.waiting", q901],
    [52, "actor.entered", bia],
  ];
  expect(visitsOf(lines)).toEqual(["900 1-50 ANSWERED ana 10-50"]);
  expect(talksOf(lines)).toEqual(["ana 10-50"]);
});

test("the direction is read in any case, and a dialled call without a direction is outbound", () => {
  const countedAs = (...lines: Line[]) => callOf(lines).counted_as;
  expect(countedAs([0, "call.new", { direction: "INTERNAL" }])).toBe("internal");
  expect(countedAs([0, "call.new", { direction: "sideways" }])).toBe("inbound");
  expect(countedAs([0, "call.new"], [1, "dialer.success"])).toBe("outbound");
});
