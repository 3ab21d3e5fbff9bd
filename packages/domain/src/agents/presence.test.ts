import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { runs } from "../../../../test/support/long.ts";
import { at, wholeSecond } from "../../testing/calls.ts";
import type { Event } from "../event/event.ts";
import { applyPresence, isLater, MAX_QUEUES } from "./presence.ts";

type Body = Record<string, unknown>;

/** An event of an agent, sent for one queue and received a second later. */
function said(type: string, seconds: number, body: Body = { queue: "900" }): Event {
  const timestamp = at(seconds).toISOString();
  return {
    uuid: `${type}-${seconds}-${JSON.stringify(body)}`,
    kind: "agent",
    aggregate_id: "ana",
    type: `actor.${type}`,
    occurred_at: at(seconds),
    received_at: at(seconds + 1),
    payload: JSON.stringify({ type: `actor.${type}`, actor: "ana", timestamp, ...body }),
  };
}

/** The same event with the stamp of a whole second, received `receivedS` seconds after the beginning of that second. */
const saidInSecond = (
  type: string,
  seconds: number,
  receivedS = 0,
  body: Body = { queue: "900" },
): Event => ({
  ...said(type, seconds, { ...body, timestamp: wholeSecond(seconds), n: receivedS }),
  received_at: at(seconds + receivedS),
});

const queueOf = (...events: Event[]) => applyPresence(null, events)?.queues[0];

test("the last log-in, log-out, pause and end of a pause are kept for each queue", () => {
  const presence = applyPresence(null, [
    said("logged-in", 0),
    said("logged-in", 1, { queue: 901 }),
    said("paused", 60, { queue: "900", reason: "lunch" }),
    said("unpaused", 90),
    said("logged-out", 100, { queue: "901" }),
  ]);
  expect(presence).toEqual({
    agent: "ana",
    said_at: at(100),
    updated_at: at(101),
    is_extension: false,
    extensions: [],
    returns: [],
    queues: [
      {
        queue: "900",
        logged_in: at(0),
        logged_out: null,
        paused: { at: at(60), reason: "lunch" },
        unpaused: at(90),
      },
      { queue: "901", logged_in: at(1), logged_out: at(100), paused: null, unpaused: null },
    ],
  });
});

test("a pause keeps its reason if the reason is a short well-formed text", () => {
  const reasonOf = (reason: unknown) => queueOf(said("paused", 0, { reason }))?.paused?.reason;
  expect(reasonOf("almoço")).toBe("almoço");
  for (const strange of ["", 7, null, { a: 1 }, "x".repeat(257), "\ud800"])
    expect(reasonOf(strange)).toBeNull();
});

test("an event without a stamp counts from its reception", () => {
  expect(queueOf(said("logged-in", 0, { timestamp: null }))?.logged_in).toEqual(at(1));
});

test("the events of dialers and of calls create no agent", () => {
  expect(applyPresence(null, [{ ...said("logged-in", 0), type: "dialer.failure" }])).toBeNull();
  expect(applyPresence(null, [{ ...said("logged-in", 0), kind: "call" as const }])).toBeNull();
});

test("the log-ins with an extension are kept, oldest first", () => {
  const presence = applyPresence(null, [
    said("logged-in", 50, { number: "202" }),
    said("logged-in", 0, { number: "201", queue: "900" }),
    said("logged-in", 0, { number: "201", queue: "901" }),
    said("logged-in", 60),
  ]);
  expect(presence?.extensions).toEqual([
    { extension: "201", at: at(0) },
    { extension: "202", at: at(50) },
  ]);
});

test("a log-in after a log-out is kept with that log-out, and a log-in without one is not", () => {
  const events = [said("logged-in", 0), said("logged-out", 50), said("logged-in", 60), said("logged-in", 70)];
  expect(applyPresence(null, events)?.returns).toEqual([{ out: at(50), in: at(60) }]);
});

describe("within one second", () => {
  test.each([
    ["paused", "unpaused"],
    ["unpaused", "paused"],
  ])("%s and %s leave a paused agent paused, in either order of reception", (one, other) => {
    const before = said("paused", -60);
    expect(queueOf(before, saidInSecond(one, 0, 0.1), saidInSecond(other, 0, 0.2))).toEqual(queueOf(before));
  });

  test("paused and unpaused leave an unpaused agent unpaused", () => {
    const before = said("unpaused", -60);
    expect(queueOf(before, saidInSecond("paused", 0), saidInSecond("unpaused", 0))).toEqual(queueOf(before));
  });

  test("a pair is applied as paused, then unpaused, if no event came before", () => {
    const both = queueOf(saidInSecond("unpaused", 0, 0.1), saidInSecond("paused", 0, 0.2));
    expect(both).toMatchObject({ paused: { at: at(0) }, unpaused: at(0) });
  });

  test("logged-in and logged-out leave the agent as before that second", () => {
    for (const type of ["logged-in", "logged-out"]) {
      const before = said(type, -60);
      const after = queueOf(before, saidInSecond("logged-out", 0), saidInSecond("logged-in", 0));
      expect(after).toEqual(queueOf(before));
    }
  });

  test("two events that name different queues are not a pair", () => {
    const other = saidInSecond("unpaused", 0, 0, { queue: "901" });
    const presence = applyPresence(null, [said("unpaused", -60), saidInSecond("paused", 0), other]);
    expect(presence?.queues).toMatchObject([{ paused: { at: at(0) } }, { unpaused: at(0) }]);
  });

  test("a pair is applied in the order of the stamps if both have milliseconds", () => {
    expect(queueOf(said("unpaused", -60), said("unpaused", 0.1), said("paused", 0.2))).toMatchObject({
      paused: { at: at(0.2) },
      unpaused: at(0.1),
    });
  });
});

describe("an event is later than the known events of its agent", () => {
  const known = applyPresence(null, [said("logged-in", 10.5)])!;

  test("if its second is later, and not if its second is the same or earlier", () => {
    const answers = [11, 10.9, 10, 9].map((seconds) => isLater(known, [said("paused", seconds)]));
    expect(answers).toEqual([true, false, false, false]);
  });

  test("together with others only if each of them is later", () => {
    expect(isLater(known, [said("paused", 11), said("unpaused", 9)])).toBe(false);
  });

  test("if it says nothing about the agent", () => {
    expect(isLater(known, [{ ...said("paused", 9), type: "dialer.failure" }])).toBe(true);
  });
});

const statement = fc
  .record({
    type: fc.constantFrom("logged-in", "logged-out", "paused", "unpaused"),
    seconds: fc.integer({ min: 0, max: 24 }).map((quarters) => quarters / 4),
    form: fc.constantFrom("milliseconds", "whole", "epoch", "none"),
    queue: fc.constantFrom("900", "901", undefined),
    number: fc.constantFrom("201", "202", undefined),
    reason: fc.constantFrom("lunch", "rest", undefined),
    salt: fc.nat(9),
  })
  .map(({ type, seconds, form, ...body }) => {
    const stamps: Record<string, unknown> = {
      milliseconds: at(seconds).toISOString(),
      whole: wholeSecond(seconds),
      epoch: Math.floor(at(seconds).getTime() / 1_000),
      none: null,
    };
    return { ...said(type, seconds, { ...body, timestamp: stamps[form] }), occurred_at: null };
  });
const statements = fc.array(statement, { maxLength: 20 });

describe("an agent's presence", () => {
  test("is the same in any order of the events and with any repetition", () => {
    const shuffled = statements.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: 2 * all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, other]) => {
        expect(applyPresence(null, other)).toEqual(applyPresence(null, all));
      }),
      { numRuns: runs(250) },
    );
  });

  test("is the same if later events are applied afterwards or together with the others", () => {
    const parted = fc.tuple(statements, fc.shuffledSubarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 1 }));
    let extended = 0;
    fc.assert(
      fc.property(parted, ([all, cuts]) => {
        let known = null as ReturnType<typeof applyPresence>;
        const seconds = [-1, ...cuts.toSorted((one, other) => one - other), 9];
        for (const [n, to] of seconds.entries()) {
          const part = all.filter((event) => {
            const read = applyPresence(null, [event])!.said_at.getTime();
            return read < at(to).getTime() && read >= at(seconds[n - 1] ?? -9).getTime();
          });
          if (known) expect(isLater(known, part)).toBe(true);
          if (known && part.length > 0) extended += 1;
          known = applyPresence(known, part);
        }
        expect(known).toEqual(applyPresence(null, all));
      }),
      { numRuns: runs(150) },
    );
    expect(extended).toBeGreaterThan(100);
  });
});

test("the latest queues are kept if an agent has too many", () => {
  const many = Array.from({ length: MAX_QUEUES + 5 }, (_, n) =>
    said("logged-in", n, { queue: String(10_000 + n) }),
  );
  const names = applyPresence(null, many)!.queues.map(({ queue }) => queue);
  expect(names).toHaveLength(MAX_QUEUES);
  expect(names[0]).toBe("10005");
});
