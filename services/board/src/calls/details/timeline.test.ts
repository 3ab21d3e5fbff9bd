import { expect, test } from "@jest/globals";
import { stepsOf } from "./timeline.ts";

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1, 12) + seconds * 1_000).toISOString();

/** An event as the server sends it, received an hour after its stamp, or at noon if it has none. */
const event = (id: number, type: string, seconds: number | null, more: object = {}) => ({
  id,
  aggregate_id: "one",
  uuid: String(id),
  occurred_at: seconds === null ? null : at(seconds),
  received_at: at(seconds === null ? 0 : seconds + 3_600),
  event: { type, timestamp: "as the sender wrote it", ...more },
});

test("each step lasts until the next step with a stamp", () => {
  const steps = stepsOf([
    event(1, "call.new", 0),
    event(2, "call.data-provided", null),
    event(3, "call.waiting", 2, { queue: 900 }),
    event(4, "actor.entered", 32, { actor: "ana", queue: "900" }),
  ]);
  expect(steps.map(({ type, lastedMs, queue, agent }) => [type, lastedMs, queue, agent])).toEqual([
    ["call.new", 2_000, null, null],
    ["call.data-provided", null, null, null],
    ["call.waiting", 30_000, "900", null],
    ["actor.entered", null, "900", "ana"],
  ]);
});

test("each step has the moment that the server read; a step without a stamp has the time of its receipt", () => {
  const steps = stepsOf([
    event(1, "call.data-provided", null),
    event(2, "call.new", 5, { timestamp: "2026-01-01T09:00:05" }),
  ]);
  expect(steps.map((step) => step.at)).toEqual([Date.parse(at(0)), Date.parse(at(5))]);
});

const notesOf = (...events: Parameters<typeof stepsOf>[0]) => stepsOf(events).map(({ notes }) => notes);

test("an event that arrived after a later step is marked with that step and the difference", () => {
  expect(
    notesOf(event(1, "call.new", 0), event(3, "call.waiting", 1), event(2, "call.ongoing", 3.1)),
  ).toEqual([[], [{ kind: "cameBefore", early: "call.ongoing", ms: 2_100 }], []]);
});

test("the difference is left out if a stamp is missing or contradicts the order of arrival", () => {
  const unknown = [{ kind: "cameBefore", early: "call.waiting", ms: null }];
  expect(notesOf(event(2, "call.new", 1), event(1, "call.waiting", 1))[0]).toEqual(unknown);
  expect(notesOf(event(2, "call.new", null), event(1, "call.waiting", 1))[0]).toEqual(unknown);
});

test("a call without its beginning is marked", () => {
  expect(notesOf(event(1, "call.waiting", 0), event(2, "call.ongoing", 1))).toEqual([
    [{ kind: "noBeginning" }],
    [],
  ]);
  expect(notesOf(event(1, "dialer.success", 0), event(2, "call.new", 1))).toEqual([[], []]);
});

test("an answer in a queue in which the call had not waited is marked once", () => {
  const begun = event(1, "call.new", 0);
  const entered = (id: number, seconds: number) => event(id, "actor.entered", seconds, { queue: "900" });
  const unknownWait = [{ kind: "answeredWithoutWait" }];
  expect(notesOf(begun, entered(2, 1), event(3, "call.on-going", 2), entered(4, 3))).toEqual([
    [],
    unknownWait,
    [],
    [],
  ]);
  const waited = event(2, "call.waiting", 1, { queue: "900" });
  expect(notesOf(begun, waited, entered(3, 2))).toEqual([[], [], []]);
});

test("an answer without a queue or without an agent opens no visit and is not marked", () => {
  const begun = event(1, "call.new", 0, { queue: "900" });
  expect(notesOf(begun, event(2, "actor.entered", 1))).toEqual([[], []]);
  expect(notesOf(begun, event(2, "call.ongoing", 1, { queue: "900" }))).toEqual([[], []]);
});

test("an agent who left without an earlier answer is marked", () => {
  const left = [event(1, "call.new", 0), event(2, "call.waiting", 1), event(3, "actor.left", 2)];
  expect(notesOf(...left)[2]).toEqual([{ kind: "waitedWithoutAnswer" }]);
});

test("a gap between events is marked from ten minutes on, in a talk from an hour on, and never after the end", () => {
  const kinds = (type: string, seconds: number) =>
    notesOf(event(1, "call.new", 0), event(2, type, 1), event(3, "call.data-provided", 1 + seconds))[1];
  expect(kinds("call.standby", 599)).toEqual([]);
  expect(kinds("call.standby", 600)).toEqual([{ kind: "quiet", ms: 600_000 }]);
  expect(kinds("call.ongoing", 3_599)).toEqual([]);
  expect(kinds("call.ongoing", 3_600)).toEqual([{ kind: "quiet", ms: 3_600_000 }]);
  expect(kinds("call.finished", 9_000)).toEqual([]);
});
