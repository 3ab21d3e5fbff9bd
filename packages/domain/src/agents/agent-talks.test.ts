import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { runs } from "../../../../test/support/long.ts";
import { at } from "../../testing/calls.ts";
import { type AgentTalk, resolveTalks } from "./agent-talks.ts";

const talk = (
  call_id: string,
  from: number,
  to: number | null,
  given: Partial<AgentTalk> = {},
): AgentTalk => ({
  call_id,
  counted_as: "inbound",
  entered_at: at(from),
  ended_at: to === null ? null : at(to),
  ...given,
});
const consult = { counted_as: "internal" as const };
const back = (out: number, back_in: number) => ({ out: at(out), in: at(back_in) });
const resolve = (talks: AgentTalk[], returns: ReturnType<typeof back>[] = []) =>
  resolveTalks(talks, returns).map(({ call_id, ended_at, lasted_ms }) => [call_id, ended_at, lasted_ms]);

describe("the talks of one agent on all calls", () => {
  test("are sorted by time, and each keeps the length that it has on its call", () => {
    expect(resolve([talk("b", 100, 160), talk("a", 0, 50)])).toEqual([
      ["a", at(50), 50_000],
      ["b", at(160), 60_000],
    ]);
  });

  test("never overlap: entering another call ends the older talk, with or without its actor.left", () => {
    for (const to of [null, 500])
      expect(resolve([talk("a", 0, to), talk("b", 100, null)])).toEqual([
        ["a", at(100), 100_000],
        ["b", null, null],
      ]);
  });

  test("end when the agent enters an outbound call too", () => {
    const [first] = resolve([talk("a", 0, null), talk("b", 100, 150, { counted_as: "outbound" })]);
    expect(first).toEqual(["a", at(100), 100_000]);
  });
});

describe("an internal call in which an agent consults", () => {
  test("interrupts the older talk and does not end it", () => {
    expect(resolve([talk("a", 0, 100), talk("consult", 20, 50, consult)])).toEqual([
      ["a", at(100), 70_000],
      ["consult", at(50), 30_000],
    ]);
  });

  test("leaves the older talk open during the consult and after it", () => {
    for (const to of [null, 50])
      expect(resolve([talk("a", 0, null), talk("consult", 20, to, consult)])[0]).toEqual(["a", null, null]);
  });

  test("is subtracted from the older talk only up to the end of that talk", () => {
    expect(resolve([talk("a", 0, 40), talk("consult", 20, 90, consult)])[0]).toEqual(["a", at(40), 20_000]);
  });

  test("is subtracted once if it lies within another consult", () => {
    const talks = [talk("a", 0, 100), talk("one", 20, 80, consult), talk("two", 30, 50, consult)];
    expect(resolve(talks)).toEqual([
      ["a", at(100), 40_000],
      ["one", at(80), 40_000],
      ["two", at(50), 20_000],
    ]);
  });

  test("ends when the agent enters the next call, as does the talk that it interrupted", () => {
    expect(resolve([talk("a", 0, null), talk("consult", 20, null, consult), talk("b", 60, null)])).toEqual([
      ["a", at(60), 20_000],
      ["consult", at(60), 40_000],
      ["b", null, null],
    ]);
  });
});

describe("a log-in", () => {
  test("ends a talk if the agent logged out during it", () => {
    expect(resolve([talk("a", 10, null)], [back(30, 40)])).toEqual([["a", at(40), 30_000]]);
  });

  test("ends no talk if the agent logged out before it", () => {
    expect(resolve([talk("a", 10, null)], [back(5, 40)])).toEqual([["a", null, null]]);
  });

  test("ends no talk that had ended before it", () => {
    expect(resolve([talk("a", 10, 35)], [back(30, 40)])).toEqual([["a", at(35), 25_000]]);
  });
});

test("random talks of one agent that are not consults never overlap, and each moment counts in one talk", () => {
  const random = fc
    .record({
      call_id: fc.constantFrom("a", "b", "c", "d"),
      from: fc.nat(40),
      lasts: fc.nat(30),
      counted_as: fc.constantFrom("inbound", "outbound", "internal", "internal"),
    })
    .map(({ call_id, from, lasts, counted_as }) => talk(call_id, from, from + lasts, { counted_as }));
  fc.assert(
    fc.property(fc.array(random, { maxLength: 8 }), (talks) => {
      const resolved = resolveTalks(talks, []);
      const others = resolved.filter(({ counted_as }) => counted_as !== "internal");
      for (const [n, { entered_at }] of others.entries())
        if (n > 0) expect(others[n - 1]!.ended_at! <= entered_at).toBe(true);
      let untilMs = 0;
      let coveredMs = 0;
      for (const { entered_at, ended_at } of resolved) {
        coveredMs += Math.max(0, ended_at!.getTime() - Math.max(entered_at.getTime(), untilMs));
        untilMs = Math.max(untilMs, ended_at!.getTime());
      }
      expect(resolved.reduce((sum, { lasted_ms }) => sum + lasted_ms!, 0)).toBe(coveredMs);
    }),
    { numRuns: runs(250) },
  );
});
