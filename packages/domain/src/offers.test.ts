import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { runs } from "../../../test/support/long.ts";
import { applyToOffers, MAX_OFFERS, type Offer } from "./offers.ts";

const at = (ms: number) => new Date(Date.UTC(2026, 0, 1, 12) + ms);
type Sent = [type: string, ms: number, agent?: string | null];
const offersOf = (...sent: Sent[]): readonly Offer[] =>
  sent.reduce<readonly Offer[]>(
    (offers, [type, ms, agent = null]) => applyToOffers(offers, { type, at: at(ms), queue: "900", agent }),
    [],
  );
const told = (...sent: Sent[]) => offersOf(...sent).map(({ agent, outcome }) => [agent, outcome]);

describe("the offers of a call", () => {
  test("one that is answered goes from the ring over the entry to the agent's leaving", () => {
    expect(
      offersOf(["actor.ringing", 0, "ana"], ["actor.entered", 4_000, "ana"], ["actor.left", 60_000, "ana"]),
    ).toEqual([
      {
        agent: "ana",
        queue: "900",
        rang_at: at(0),
        entered_at: at(4_000),
        ended_at: at(60_000),
        outcome: "TALKED",
      },
    ]);
  });

  test("while it rings and while it is talked it has no outcome", () => {
    expect(told(["actor.ringing", 0, "ana"])).toEqual([["ana", null]]);
    expect(told(["actor.ringing", 0, "ana"], ["actor.entered", 1, "ana"])).toEqual([["ana", null]]);
  });

  test("who does not answer has missed it, also where no ring was told, and may be offered it again", () => {
    expect(told(["actor.noanswer", 20_000, "ana"])).toEqual([["ana", "MISSED"]]);
    expect(
      told(["actor.ringing", 0, "ana"], ["actor.noanswer", 20_000, "ana"], ["actor.ringing", 25_000, "ana"]),
    ).toEqual([
      ["ana", "MISSED"],
      ["ana", null],
    ]);
  });

  test("where several ring and one answers, the others have missed nothing", () => {
    expect(
      told(["actor.ringing", 0, "ana"], ["actor.ringing", 0, "beto"], ["actor.entered", 3_000, "beto"]),
    ).toEqual([
      ["ana", "CANCELLED"],
      ["beto", null],
    ]);
  });

  test("a second agent who enters takes nobody's talk away", () => {
    expect(told(["actor.entered", 0, "ana"], ["actor.entered", 1, "beto"])).toEqual([
      ["ana", null],
      ["beto", null],
    ]);
  });

  test.each(["call.finished", "call.queue-abandon", "call.overflow", "call.waiting"])(
    "%s ends the ring, and the talk",
    (type) => {
      expect(told(["actor.ringing", 0, "ana"], [type, 5_000])).toEqual([["ana", "CANCELLED"]]);
      expect(told(["actor.entered", 0, "ana"], [type, 5_000])).toEqual([["ana", "TALKED"]]);
    },
  );

  test("an agent who leaves without being named leaves whatever is talked, not what rings", () => {
    expect(told(["actor.entered", 0, "ana"], ["actor.ringing", 1, "beto"], ["actor.left", 2])).toEqual([
      ["ana", "TALKED"],
      ["beto", null],
    ]);
  });

  test("nobody is offered a call by an event that names nobody", () => {
    expect(told(["actor.ringing", 0], ["actor.entered", 1], ["actor.noanswer", 2])).toEqual([]);
  });

  test("only the latest of very many are kept", () => {
    const sent = Array.from({ length: 2 * MAX_OFFERS }, (_, n): Sent => ["actor.noanswer", n, String(n)]);
    expect(offersOf(...sent)).toHaveLength(MAX_OFFERS);
  });

  test("whatever comes, an agent has one open at most, and what has ended has an outcome", () => {
    const types = [
      ...["actor.ringing", "actor.noanswer", "actor.entered", "actor.left"],
      ...["call.waiting", "call.ongoing", "call.finished"],
    ];
    const sent = fc.array(fc.tuple(fc.constantFrom(...types), fc.constantFrom("ana", "beto", null)));
    fc.assert(
      fc.property(sent, (steps) => {
        const offers = offersOf(...steps.map(([type, agent], n): Sent => [type, n, agent]));
        for (const name of ["ana", "beto"])
          expect(
            offers.filter(({ agent, ended_at }) => agent === name && !ended_at).length,
          ).toBeLessThanOrEqual(1);
        for (const { entered_at, ended_at, outcome } of offers) {
          expect(outcome === null).toBe(ended_at === null);
          if (ended_at) expect(outcome === "TALKED").toBe(entered_at !== null);
        }
      }),
      { numRuns: runs(500) },
    );
  });
});
