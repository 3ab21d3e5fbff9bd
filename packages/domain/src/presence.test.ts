import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { runs } from "../../../test/support/long.ts";
import type { Event } from "./event.ts";
import { applyPresence, MAX_QUEUES } from "./presence.ts";

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 5, 12) + seconds * 1_000);

/** A log-in, a pause or their ends, told for one queue; received a second later. */
function told(type: string, seconds: number, body: Record<string, unknown> = { queue: "900" }): Event {
  return {
    uuid: `${type}-${seconds}-${JSON.stringify(body)}`,
    kind: "agent",
    aggregate_id: "ana",
    type: `actor.${type}`,
    occurred_at: at(seconds),
    received_at: at(seconds + 1),
    payload: JSON.stringify({ type: `actor.${type}`, actor: "ana", timestamp: at(seconds), ...body }),
  };
}

test("of each queue the last log-in or log-out and the last pause or its end count", () => {
  const presence = applyPresence(null, [
    told("logged-in", 0),
    told("logged-in", 1, { queue: 901 }),
    told("paused", 60, { queue: "900", reason: "lunch" }),
    told("unpaused", 90),
    told("logged-out", 100, { queue: "901" }),
  ]);
  expect(presence).toEqual({
    agent: "ana",
    updated_at: at(101),
    queues: [
      {
        queue: "900",
        logged_in: expect.objectContaining({ is: true, at: at(0) }),
        paused: expect.objectContaining({ is: false, at: at(90), reason: null }),
      },
      { queue: "901", logged_in: expect.objectContaining({ is: false, at: at(100) }), paused: null },
    ],
  });
});

test("a pause keeps its reason, where it is one that can be shown", () => {
  const reasonOf = (reason: unknown) =>
    applyPresence(null, [told("paused", 0, { reason })])?.queues[0]?.paused?.reason;
  expect(reasonOf("almoço")).toBe("almoço");
  for (const strange of ["", 7, null, { a: 1 }, "x".repeat(257), "\ud800"])
    expect(reasonOf(strange)).toBeNull();
});

test("an event without a time of its own counts from when it was received", () => {
  const event = told("logged-in", 0, { queue: "900", timestamp: null });
  expect(applyPresence(null, [event])?.queues[0]?.logged_in?.at).toEqual(at(1));
});

test("a dialer's events make no agent", () => {
  const dialer = { ...told("logged-in", 0), type: "dialer.failure" };
  expect(applyPresence(null, [dialer])).toBeNull();
  const call = { ...told("logged-in", 0), kind: "call" as const };
  expect(applyPresence(null, [call])).toBeNull();
});

const events = fc.array(
  fc
    .tuple(
      fc.constantFrom("logged-in", "logged-out", "paused", "unpaused"),
      fc.nat(5),
      fc.constantFrom("900", "901", undefined),
      fc.nat(9),
    )
    .map(([type, seconds, queue, salt]) => told(type, seconds, { queue, salt })),
  { maxLength: 20 },
);

test("neither order nor repetition nor the places where it is cut change it", () => {
  const shuffled = events.chain((all) =>
    fc.tuple(
      fc.constant(all),
      fc.shuffledSubarray([...all, ...all], { minLength: 2 * all.length }),
      fc.nat(40),
    ),
  );
  fc.assert(
    fc.property(shuffled, ([all, other, cut]) => {
      const first = applyPresence(null, other.slice(0, cut));
      expect(applyPresence(first, other.slice(cut))).toEqual(applyPresence(null, all));
    }),
    { numRuns: runs(500) },
  );
});

test("of more queues than anybody serves the latest are kept", () => {
  const many = Array.from({ length: MAX_QUEUES + 5 }, (_, n) =>
    told("logged-in", n, { queue: String(10_000 + n) }),
  );
  const names = applyPresence(null, many)!.queues.map(({ queue }) => queue);
  expect(names).toHaveLength(MAX_QUEUES);
  expect(names[0]).toBe("10005");
});
