import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { runs } from "../../../../test/support/long.ts";
import { ana, at, beto, callOf, q900, q901, type Sent } from "../../testing/calls.ts";
import { MAX_VISITS } from "./visits.ts";

const visitsOf = (...sent: Sent[]) => callOf(...sent).legs;
const waiting: Sent = ["call.waiting", 0, q900];

describe("the visits of a call", () => {
  test("an answered visit ends with the call, and its talk ends when the agent leaves", () => {
    const visits = visitsOf(
      ["call.new", 0],
      ["call.waiting", 1, q900],
      ["actor.entered", 10, { ...ana, ...q900 }],
      ["call.ongoing", 10.1],
      ["actor.left", 70, q900],
      ["call.finished", 70.2],
    );
    expect(visits).toEqual([
      {
        queue: "900",
        entered_at: at(1),
        wait_known: true,
        answered_at: at(10),
        answered_by: "ana",
        agent: "ana",
        talked_until: at(70),
        ended_at: at(70.2),
        outcome: "ANSWERED",
      },
    ]);
  });

  test("a call without a wait and without a queue has no visit", () => {
    const sent: Sent[] = [
      ["call.new", 0],
      ["call.standby", 1],
      ["actor.entered", 2, ana],
      ["call.finished", 3],
    ];
    expect(visitsOf(...sent)).toEqual([]);
  });

  test("only the latest visits are kept if a call has too many", () => {
    const sent = Array.from(
      { length: 2 * MAX_VISITS },
      (_, n): Sent => ["call.waiting", n, { queue: String(n) }],
    );
    const visits = visitsOf(...sent);
    expect(visits).toHaveLength(MAX_VISITS);
    expect(visits.at(-1)?.queue).toBe(String(2 * MAX_VISITS - 1));
  });

  test("only the last one is open after random events, and each ended one has an outcome and an end of its talk", () => {
    const types = [
      "call.waiting",
      "actor.entered",
      "call.ongoing",
      "actor.left",
      "actor.ringing",
      "call.overflow",
      "call.queue-abandon",
      "call.finished",
      "call.standby",
    ];
    const sent = fc.array(
      fc.record({
        type: fc.constantFrom(...types),
        queue: fc.constantFrom("900", "901", null),
        actor: fc.constantFrom("ana", "beto", null),
      }),
      { minLength: 1 },
    );
    fc.assert(
      fc.property(sent, (steps) => {
        const visits = visitsOf(...steps.map(({ type, ...fields }, n): Sent => [type, n, fields]));
        for (const visit of visits.slice(0, -1)) expect(visit.ended_at).not.toBeNull();
        for (const { answered_at, talked_until, ended_at, outcome } of visits) {
          expect(outcome === null).toBe(ended_at === null);
          expect(outcome === "ANSWERED").toBe(ended_at !== null && answered_at !== null);
          if (ended_at) expect(talked_until !== null).toBe(answered_at !== null);
        }
      }),
      { numRuns: runs(250) },
    );
  });
});

describe("call.waiting", () => {
  test.each([[q900], [{}]])("with %j continues the wait of a caller who already waits", (fields) => {
    expect(visitsOf(waiting, ["call.waiting", 8, fields])).toMatchObject([
      { queue: "900", entered_at: at(0), ended_at: null },
    ]);
  });

  test("sets the queue of a visit that had none yet", () => {
    expect(visitsOf(["call.waiting", 0], ["call.waiting", 8, q900])).toMatchObject([
      { queue: "900", entered_at: at(0), ended_at: null },
    ]);
  });

  test("in another queue while the caller waits ends the visit as overflowed and opens the next", () => {
    expect(visitsOf(waiting, ["call.waiting", 8, q901])).toMatchObject([
      { queue: "900", ended_at: at(8), outcome: "OVERFLOWED", answered_at: null },
      { queue: "901", entered_at: at(8), ended_at: null, outcome: null },
    ]);
  });

  test.each(["900", "901"])(
    "in queue %s after the answer is a transfer and opens the next visit",
    (queue) => {
      const visits = visitsOf(
        waiting,
        ["actor.entered", 5, ana],
        ["call.waiting", 60, { queue }],
        ["call.ongoing", 63],
        ["actor.entered", 63.5, beto],
      );
      expect(visits).toMatchObject([
        { agent: "ana", talked_until: at(60), ended_at: at(60), outcome: "ANSWERED" },
        { queue, entered_at: at(60), answered_at: at(63), agent: "beto", talked_until: null },
      ]);
    },
  );

  test("after an overflow opens a visit of the same queue again", () => {
    expect(visitsOf(waiting, ["call.overflow", 30], ["call.waiting", 40, q900])).toMatchObject([
      { outcome: "OVERFLOWED", ended_at: at(30) },
      { queue: "900", entered_at: at(40), outcome: null },
    ]);
  });
});

describe("an answer", () => {
  test("is given by the agent who enters first; the visit's agent is the one who entered last", () => {
    expect(visitsOf(waiting, ["actor.entered", 5, ana], ["actor.entered", 9, beto])).toMatchObject([
      { answered_at: at(5), answered_by: "ana", agent: "beto" },
    ]);
  });

  test("is given by call.ongoing if no agent entered", () => {
    expect(visitsOf(waiting, ["call.ongoing", 5])).toMatchObject([
      { answered_at: at(5), answered_by: null, agent: null, outcome: null },
    ]);
  });

  test("keeps the agent's name if a later entry names no agent", () => {
    expect(visitsOf(waiting, ["actor.entered", 5, ana], ["actor.entered", 6])).toMatchObject([
      { agent: "ana" },
    ]);
  });

  test("is kept if the agent leaves after call.ongoing, and the next agent continues the same visit", () => {
    const visits = visitsOf(
      waiting,
      ["actor.entered", 5, ana],
      ["call.ongoing", 5.1],
      ["actor.left", 20, ana],
      ["actor.entered", 21, beto],
      ["actor.left", 50, beto],
    );
    expect(visits).toMatchObject([
      { answered_at: at(5), answered_by: "ana", agent: "beto", talked_until: at(50), ended_at: null },
    ]);
  });

  test("is not given by an agent who leaves without having entered", () => {
    expect(visitsOf(waiting, ["actor.left", 1, ana])).toMatchObject([
      { answered_at: null, talked_until: null },
    ]);
  });
});

describe("an answer whose agent leaves before call.ongoing", () => {
  const left: Sent[] = [waiting, ["actor.entered", 5, ana], ["actor.left", 6, ana]];

  test("leaves the caller waiting, since the beginning of the visit, while no event follows", () => {
    expect(callOf(...left)).toMatchObject({
      waiting_since: at(0),
      answered_at: null,
      actor: null,
      legs: [{ answered_at: null, answered_by: null, agent: null, talked_until: null }],
    });
  });

  test.each<[string, Sent, object]>([
    ["a ring", ["actor.ringing", 8, beto], { answered_at: null, outcome: null }],
    ["an end of a ring", ["actor.noanswer", 8, beto], { answered_at: null, outcome: null }],
    ["another agent", ["actor.entered", 8, beto], { answered_at: at(8), answered_by: "beto", agent: "beto" }],
    ["call.ongoing", ["call.ongoing", 8], { answered_at: at(8), answered_by: null, agent: null }],
    ["an abandon", ["call.queue-abandon", 8, q900], { answered_at: null, outcome: "ABANDONED" }],
    ["an overflow", ["call.overflow", 8], { answered_at: null, outcome: "OVERFLOWED" }],
  ])("is taken back by %s", (_what, next, expected) => {
    expect(visitsOf(...left, next)).toMatchObject([expected]);
  });

  test("stays taken back if the call ends after a ring", () => {
    const visits = visitsOf(...left, ["actor.ringing", 8, beto], ["call.finished", 20]);
    expect(visits).toMatchObject([{ answered_at: null, outcome: "ABANDONED", ended_at: at(20) }]);
  });

  test.each<[string, Sent]>([
    ["a transfer", ["call.waiting", 8, q901]],
    ["a transfer to the same queue", ["call.waiting", 8, q900]],
    ["the end of the call", ["call.finished", 8]],
  ])("is kept if %s comes next", (_what, next) => {
    expect(visitsOf(...left, next)[0]).toMatchObject({
      answered_at: at(5),
      answered_by: "ana",
      agent: "ana",
      talked_until: at(6),
      outcome: "ANSWERED",
      ended_at: at(8),
    });
  });

  test("passes to the agent who is still on the call", () => {
    const visits = visitsOf(
      waiting,
      ["actor.entered", 5, ana],
      ["actor.entered", 6, beto],
      ["actor.left", 7, ana],
    );
    expect(visits).toMatchObject([{ answered_at: at(6), answered_by: "beto", agent: "beto" }]);
  });

  test("is restored if the same agent enters again, in any spelling of the name", () => {
    expect(visitsOf(...left, ["actor.entered", 9, { actor: "ANA" }])).toMatchObject([
      { answered_at: at(5), answered_by: "ana", agent: "ANA", talked_until: null },
    ]);
  });

  test("is kept if the agent who leaves is not the one who answered", () => {
    const visits = visitsOf(
      waiting,
      ["actor.entered", 5, ana],
      ["actor.entered", 6, beto],
      ["actor.left", 7, beto],
    );
    expect(visits).toMatchObject([{ answered_at: at(5), answered_by: "ana", talked_until: null }]);
  });
});

describe("a visit ends", () => {
  test.each([
    ["call.queue-abandon", "ABANDONED"],
    ["call.finished", "ABANDONED"],
    ["call.overflow", "OVERFLOWED"],
  ])("by %s as %s if it is not answered", (type, outcome) => {
    expect(visitsOf(waiting, [type, 5])).toMatchObject([
      { answered_at: null, talked_until: null, ended_at: at(5), outcome },
    ]);
  });

  test.each(["call.queue-abandon", "call.finished", "call.overflow"])(
    "by %s as answered if it is answered",
    (type) => {
      expect(visitsOf(waiting, ["actor.entered", 2, ana], ["call.ongoing", 3], [type, 5])).toMatchObject([
        { answered_at: at(2), talked_until: at(5), ended_at: at(5), outcome: "ANSWERED" },
      ]);
    },
  );
});

describe("a queue", () => {
  test("that actor.entered names becomes the queue of a visit without one", () => {
    expect(visitsOf(["call.waiting", 0], ["actor.entered", 4, { ...ana, ...q900 }])).toMatchObject([
      { queue: "900", entered_at: at(0), wait_known: true, answered_at: at(4) },
    ]);
  });

  test("that actor.entered names gets an answered visit with an unknown wait if there is no visit", () => {
    expect(visitsOf(["call.new", 0], ["actor.entered", 4, { ...ana, ...q900 }])).toMatchObject([
      { queue: "900", entered_at: at(4), wait_known: false, answered_at: at(4), answered_by: "ana" },
    ]);
  });

  test("that an abandon names gets an abandoned visit with an unknown wait if it has no open visit", () => {
    const abandoned: Sent = ["call.queue-abandon", 40, q901];
    const counted = { queue: "901", entered_at: at(40), wait_known: false, outcome: "ABANDONED" };
    expect(visitsOf(["call.new", 0], abandoned)).toMatchObject([counted]);
    expect(visitsOf(waiting, ["call.overflow", 30], abandoned)).toMatchObject([
      { queue: "900", outcome: "OVERFLOWED" },
      counted,
    ]);
    expect(visitsOf(waiting, abandoned)).toMatchObject([{ queue: "900", outcome: "OVERFLOWED" }, counted]);
  });

  test("that an abandon names becomes the queue of a visit without one", () => {
    expect(visitsOf(["call.waiting", 0], ["call.queue-abandon", 40, q900])).toMatchObject([
      { queue: "900", entered_at: at(0), wait_known: true, outcome: "ABANDONED" },
    ]);
  });
});
