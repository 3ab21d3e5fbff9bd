import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { runs } from "../../../../test/support/long.ts";
import { ana, at, beto, callOf, q900, q901, type Sent } from "../../testing/calls.ts";
import { MAX_RINGING_AGENTS, MAX_RINGS } from "./rings.ts";

const ringsOf = (...sent: Sent[]) => callOf(...sent).rings;
const ringsAt = (agent: string, ...sent: Sent[]) => ringsOf(...sent).find((rings) => rings.agent === agent);
const waiting: Sent = ["call.waiting", 0, q900];

describe("the rings of a call at an agent", () => {
  test("are counted, and so are the missed ones", () => {
    const sent: Sent[] = [
      ["actor.ringing", 1, ana],
      ["actor.noanswer", 21, ana],
      ["actor.ringing", 25, ana],
    ];
    expect(ringsOf(waiting, ...sent)).toEqual([
      {
        agent: "ana",
        extension: null,
        rang: 2,
        missed: 1,
        latest: [
          { rang_at: at(1), ended_at: at(21), missed: true },
          { rang_at: at(25), ended_at: null, missed: false },
        ],
      },
    ]);
  });

  test("include an actor.noanswer whose ring was never received", () => {
    expect(ringsOf(["actor.noanswer", 20, ana])).toMatchObject([
      { rang: 1, missed: 1, latest: [{ rang_at: null, ended_at: at(20), missed: true }] },
    ]);
  });

  test("end when the next ring at the same agent begins, because the end of the first was lost", () => {
    expect(ringsOf(["actor.ringing", 1, ana], ["actor.ringing", 20, ana])).toMatchObject([
      {
        rang: 2,
        missed: 0,
        latest: [
          { rang_at: at(1), ended_at: at(20), missed: false },
          { rang_at: at(20), ended_at: null },
        ],
      },
    ]);
  });

  test("are joined for all spellings of a login, and kept apart for an extension alone", () => {
    const sent: Sent[] = [
      ["actor.ringing", 1, { actor: "Ana", number: "201" }],
      ["actor.noanswer", 9, { actor: "ANA" }],
      ["actor.ringing", 10, { number: "201" }],
    ];
    expect(ringsOf(...sent)).toMatchObject([
      { agent: "Ana", extension: "201", rang: 1, missed: 1 },
      { agent: "201", extension: "201", rang: 1, missed: 0 },
    ]);
  });

  test("do not include the ring of an event that names no agent", () => {
    expect(ringsOf(["actor.ringing", 0], ["actor.entered", 1], ["actor.noanswer", 2])).toEqual([]);
  });

  test("end without being missed if the agent answers", () => {
    expect(ringsOf(["actor.ringing", 0, ana], ["actor.entered", 4, ana])).toMatchObject([
      { rang: 1, missed: 0, latest: [{ ended_at: at(4), missed: false }] },
    ]);
  });

  test.each<[string, Sent]>([
    ["the end of the call", ["call.finished", 5]],
    ["an abandon", ["call.queue-abandon", 5, q900]],
    ["an overflow", ["call.overflow", 5]],
    ["another queue", ["call.waiting", 5, q901]],
  ])("are ended by %s and do not count as missed", (_what, next) => {
    expect(ringsOf(waiting, ["actor.ringing", 1, ana], next)).toMatchObject([
      { missed: 0, latest: [{ ended_at: at(5), missed: false }] },
    ]);
  });

  test("continue after a repeated call.waiting of the same queue", () => {
    expect(ringsOf(waiting, ["actor.ringing", 1, ana], ["call.waiting", 5, q900])).toMatchObject([
      { latest: [{ ended_at: null }] },
    ]);
  });

  test("end with an abandon even if the ring came after it, and never end before they began", () => {
    expect(ringsOf(waiting, ["call.queue-abandon", 5, q900], ["actor.ringing", 6, ana])).toMatchObject([
      { latest: [{ rang_at: at(6), ended_at: at(6), missed: false }] },
    ]);
  });

  test("do not begin after the end of the call", () => {
    expect(ringsOf(["call.finished", 1], ["actor.ringing", 1.2, ana])).toEqual([]);
  });
});

describe("a ring that ends without an answer", () => {
  /** Returns whether beto has missed the ring that ended at `endS`, if ana answers at `answerS`. */
  const isMissed = (endS: number, answerS: number) => {
    const sent: Sent[] = [
      ["actor.ringing", 0, ana],
      ["actor.ringing", 0, beto],
      ["actor.noanswer", endS, beto],
      ["actor.entered", answerS, ana],
    ];
    return ringsAt("beto", ...sent.toSorted(([, one], [, other]) => one - other))?.missed === 1;
  };

  test.each([
    [8.0, 8.9],
    [8.9, 8.0],
    [9.0, 8.0],
    [8.95, 7.95],
  ])("at %s is not missed if another agent answers at %s", (endS, answerS) => {
    expect(isMissed(endS, answerS)).toBe(false);
  });

  test.each([
    [7.999, 8.0],
    [9.001, 8.0],
    [7, 20],
  ])("at %s is missed if another agent answers at %s", (endS, answerS) => {
    expect(isMissed(endS, answerS)).toBe(true);
  });

  test("is missed even if the agent answered an earlier ring within the same second", () => {
    const sent: Sent[] = [
      ["actor.entered", 1, ana],
      ["actor.left", 1.2, ana],
      ["actor.noanswer", 1.5, ana],
    ];
    expect(ringsAt("ana", ...sent)).toMatchObject({ missed: 1 });
  });

  test("is not missed if another agent's answer ended it and no actor.noanswer came", () => {
    const sent: Sent[] = [
      ["actor.ringing", 0, ana],
      ["actor.ringing", 0, beto],
      ["actor.entered", 3, ana],
    ];
    expect(ringsAt("beto", ...sent)).toMatchObject({
      missed: 0,
      latest: [{ ended_at: at(3), missed: false }],
    });
  });
});

describe("a call with very many rings", () => {
  test("counts all of them and keeps the latest", () => {
    const sent = Array.from({ length: MAX_RINGS + 5 }, (_, n): Sent[] => [
      ["actor.ringing", 10 * n, ana],
      ["actor.noanswer", 10 * n + 5, ana],
    ]);
    const [rings] = ringsOf(waiting, ...sent.flat());
    expect(rings).toMatchObject({ rang: MAX_RINGS + 5, missed: MAX_RINGS + 5 });
    expect(rings!.latest).toHaveLength(MAX_RINGS);
    expect(rings!.latest.at(-1)).toMatchObject({ rang_at: at(10 * (MAX_RINGS + 4)) });
  });

  test("keeps the rings of the latest agents", () => {
    const sent = Array.from(
      { length: MAX_RINGING_AGENTS + 1 },
      (_, n): Sent => ["actor.noanswer", n, { actor: `a${n}` }],
    );
    const rings = ringsOf(...sent);
    expect(rings).toHaveLength(MAX_RINGING_AGENTS);
    expect(rings[0]?.agent).toBe("a1");
  });
});

test("after random events an agent has at most one open ring, and every missed ring has ended", () => {
  const types = [
    "actor.ringing",
    "actor.noanswer",
    "actor.entered",
    "actor.left",
    "call.waiting",
    "call.ongoing",
    "call.finished",
    "call.queue-abandon",
  ];
  const sent = fc.array(
    fc.record({
      type: fc.constantFrom(...types),
      gapS: fc.constantFrom(0, 0.3, 1, 5),
      actor: fc.constantFrom("ana", "beto", "caio", null),
      queue: fc.constantFrom("900", "901", null),
    }),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(
    fc.property(sent, (steps) => {
      let seconds = 0;
      const rings = ringsOf(
        ...steps.map(({ type, gapS, ...fields }): Sent => {
          seconds += gapS;
          return [type, seconds, fields];
        }),
      );
      for (const { latest, rang, missed } of rings) {
        expect(latest.slice(0, -1).filter(({ ended_at }) => !ended_at)).toEqual([]);
        expect(latest.filter((ring) => ring.missed && !ring.ended_at)).toEqual([]);
        const early = latest.filter(({ rang_at, ended_at }) => rang_at && ended_at && ended_at < rang_at);
        expect(early).toEqual([]);
        if (rang <= MAX_RINGS) expect(missed).toBe(latest.filter((ring) => ring.missed).length);
        expect(missed).toBeLessThanOrEqual(rang);
      }
    }),
    { numRuns: runs(300) },
  );
});
