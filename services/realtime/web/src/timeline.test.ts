import { expect, test } from "@jest/globals";
import { readTime, stepsOf } from "./timeline.ts";

const event = (id: number, type: string, seconds: number | null, more: object = {}) => ({
  id,
  uuid: String(id),
  event: {
    type,
    ...(seconds === null ? {} : { timestamp: new Date(Date.UTC(2026, 0, 1, 12, 0, seconds)).toISOString() }),
    ...more,
  },
});

test("each step says how long it lasted, over those without a time", () => {
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

test("what arrived after a later step is marked with that step", () => {
  const steps = stepsOf([event(1, "call.new", 0), event(3, "call.waiting", 1), event(2, "call.ongoing", 2)]);
  expect(steps.map(({ after }) => after)).toEqual([null, "call.ongoing", null]);
});

test.each([
  ["2017-01-01T00:00:00Z", Date.UTC(2017, 0, 1)],
  ["2019-10-15T00:30:26.123Z", Date.UTC(2019, 9, 15, 0, 30, 26, 123)],
  ["2019-10-15T00:30:26-03:00", Date.UTC(2019, 9, 15, 3, 30, 26)],
  ["2019-10-15T00:30:26", Date.UTC(2019, 9, 15, 0, 30, 26)],
  ["1539855333", 1_539_855_333_000],
  [1_539_855_333_000, 1_539_855_333_000],
  ["yesterday", null],
  ["12", null],
  [null, null],
  [undefined, null],
  [{}, null],
])("%j is read as %j", (value, time) => {
  expect(readTime(value)).toBe(time);
});
