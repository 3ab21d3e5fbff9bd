import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { runs } from "../../../test/support/long.ts";
import { applyToLegs, type Leg, MAX_LEGS } from "./legs.ts";

const start = Date.UTC(2026, 0, 1, 12);
const at = (ms: number) => new Date(start + ms);

type Sent = [type: string, ms: number, queue?: string | null, agent?: string];
/** Events in the order of the fold; the queue stays as the call's does. */
function legsOf(...sent: Sent[]): readonly Leg[] {
  let queue: string | null = null;
  return sent.reduce<readonly Leg[]>((legs, [type, ms, named, agent]) => {
    queue = named ?? queue;
    return applyToLegs(legs, { type, at: at(ms), queue, agent: agent ?? null });
  }, []);
}

describe("the legs of a call", () => {
  test("one that is answered ends with the call, and its talk when the agent left", () => {
    const legs = legsOf(
      ["call.new", 0],
      ["call.waiting", 1_000, "900"],
      ["actor.entered", 10_000, "900", "ana"],
      ["call.ongoing", 10_100],
      ["actor.left", 70_000, "900"],
      ["call.finished", 70_200],
    );
    expect(legs).toEqual([
      {
        queue: "900",
        entered_at: at(1_000),
        answered_at: at(10_000),
        agent: "ana",
        talked_until: at(70_000),
        ended_at: at(70_200),
        outcome: "ANSWERED",
      },
    ]);
  });

  test("none is there where nobody waited", () => {
    expect(legsOf(["call.new", 0], ["call.standby", 1], ["call.ongoing", 2], ["call.finished", 3])).toEqual(
      [],
    );
  });

  test.each([
    ["call.queue-abandon", "ABANDONED"],
    ["call.finished", "ABANDONED"],
    ["call.overflow", "OVERFLOWED"],
  ])("one that waits and ends by %s is %s", (type, outcome) => {
    expect(legsOf(["call.waiting", 0, "900"], [type, 5_000])).toMatchObject([
      { answered_at: null, talked_until: null, ended_at: at(5_000), outcome },
    ]);
  });

  test("who is sent to another queue while waiting has overflowed, and waits anew", () => {
    expect(legsOf(["call.waiting", 0, "900"], ["call.waiting", 8_000, "901"])).toMatchObject([
      { queue: "900", ended_at: at(8_000), outcome: "OVERFLOWED" },
      { queue: "901", entered_at: at(8_000), ended_at: null, outcome: null },
    ]);
  });

  test("a repeated waiting in the same queue is the same wait", () => {
    const legs = legsOf(["call.waiting", 0, "900"], ["call.waiting", 8_000, "900"], ["call.waiting", 9_000]);
    expect(legs).toMatchObject([{ queue: "900", entered_at: at(0), ended_at: null }]);
  });

  test.each(["900", "901"])("an answered call that is transferred to %s waits a second time", (queue) => {
    const legs = legsOf(
      ["call.waiting", 0, "900"],
      ["actor.entered", 5_000, "900", "ana"],
      ["call.waiting", 60_000, queue],
      ["call.ongoing", 63_000],
      ["actor.entered", 63_500, queue, "beto"],
    );
    expect(legs).toMatchObject([
      { agent: "ana", talked_until: at(60_000), ended_at: at(60_000), outcome: "ANSWERED" },
      { queue, entered_at: at(60_000), answered_at: at(63_000), agent: "beto", talked_until: null },
    ]);
  });

  test("a talk goes on where another agent enters after the first left", () => {
    const legs = legsOf(
      ["call.waiting", 0, "900"],
      ["actor.entered", 5_000, "900", "ana"],
      ["actor.left", 20_000],
      ["actor.entered", 21_000, "900", "beto"],
      ["actor.left", 50_000],
    );
    expect(legs).toMatchObject([
      { answered_at: at(5_000), agent: "beto", talked_until: at(50_000), ended_at: null },
    ]);
  });

  test("an entry that names nobody takes the agent's name away from nobody", () => {
    const legs = legsOf(
      ["call.waiting", 0, "900"],
      ["actor.entered", 5_000, "900", "ana"],
      ["actor.entered", 6_000],
    );
    expect(legs).toMatchObject([{ agent: "ana" }]);
  });

  test("who leaves without having answered ends no talk", () => {
    expect(legsOf(["call.waiting", 0, "900"], ["actor.left", 1_000])).toMatchObject([{ talked_until: null }]);
  });

  test("only the latest of very many are kept", () => {
    const sent = Array.from({ length: 2 * MAX_LEGS }, (_, n): Sent => ["call.waiting", n, String(n)]);
    const legs = legsOf(...sent);
    expect(legs).toHaveLength(MAX_LEGS);
    expect(legs.at(-1)?.queue).toBe(String(2 * MAX_LEGS - 1));
  });

  test("whatever comes, only the last is open, and each that ended has an outcome and an end of its talk", () => {
    const types = [
      ...["call.waiting", "actor.entered", "call.ongoing", "actor.left"],
      ...["call.overflow", "call.queue-abandon", "call.finished", "call.standby"],
    ];
    const sent = fc.array(
      fc.tuple(fc.constantFrom(...types), fc.nat(9), fc.constantFrom("900", "901", null)),
    );
    fc.assert(
      fc.property(sent, (steps) => {
        const legs = legsOf(...steps.map(([type, , queue], n): Sent => [type, n, queue]));
        for (const leg of legs.slice(0, -1)) expect(leg.ended_at).not.toBeNull();
        for (const { answered_at, talked_until, ended_at, outcome } of legs) {
          expect(outcome === null).toBe(ended_at === null);
          expect(outcome === "ANSWERED").toBe(ended_at !== null && answered_at !== null);
          if (ended_at) expect(talked_until !== null).toBe(answered_at !== null);
        }
      }),
      { numRuns: runs(500) },
    );
  });
});
