import { describe, expect, test } from "@jest/globals";
import { after, ana, countLines, type Line } from "../story.ts";
import { mean, p90 } from "./mean.ts";

/** Returns the lines of a call that waits in queue 900 from `from` on, followed by `rest`. */
const waits = (call_id: string, from: number, ...rest: Line[]): Line[] =>
  [[from, "call.waiting", { queue: "900", their_number: "11 98765" }] satisfies Line, ...rest].map(
    ([at, type, fields]) => [at, type, { call_id, ...fields }],
  );

const day: Line[] = [
  ...waits("in time", 0, [20, "actor.entered", ana], [50, "call.finished"]),
  ...waits("too late", 100, [140, "actor.entered", ana], [150, "call.finished"]),
  ...waits("short", 200, [205, "call.queue-abandon"]),
  ...waits("abandoned", 300, [330, "call.queue-abandon"]),
  ...waits("overflowed", 400, [430, "call.overflow"], [431, "call.ongoing"], [440, "call.finished"]),
  ...waits("waiting", 500),
];

test("every visit of a queue is counted once: answered, abandoned, overflowed or waiting", () => {
  const { queues, total } = countLines(day);
  expect(queues.get("900")).toEqual({
    waiting: 1,
    waiting_since: after(500),
    offered: 6,
    answered: 2,
    abandoned: 2,
    short: 1,
    overflowed: 1,
    service_level: 1 / 3,
    mean_wait_ms: 30_000,
    p90_wait_ms: 40_000,
    mean_talk_ms: 20_000,
    outbound: { placed: 0, connected: 0, dropped: 0, mean_talk_ms: null },
    internal: { placed: 0, connected: 0, dropped: 0, mean_talk_ms: null },
  });
  expect(total).toEqual(queues.get("900"));
});

test("a call without an event for four hours is presumed lost and does not count as waiting", () => {
  const fourHours = 500 + 4 * 3_600;
  expect(countLines(day, fourHours).waiting).toEqual(["waiting"]);
  const late = countLines(day, fourHours + 1);
  expect([late.waiting, late.total.waiting, late.total.offered]).toEqual([[], 0, 6]);
});

test("an answer with an unknown wait is left out of the mean wait and the service level", () => {
  const { total } = countLines([[5, "actor.entered", { ...ana, queue: "900" }]]);
  expect(total).toMatchObject({ offered: 1, answered: 1, mean_wait_ms: null, service_level: null });
});

test("outbound calls are counted apart from inbound calls", () => {
  const dialled: Line[] = waits(
    "dialled",
    0,
    [9, "call.ongoing"],
    [10, "actor.entered", ana],
    [39, "actor.left", ana],
  );
  const dropped: Line[] = waits("dropped", 0, [9, "call.queue-abandon"]);
  const outbound = [...dialled, ...dropped].map(
    ([at, type, fields]): Line => [at, type, { ...fields, direction: "outbound" }],
  );
  const { total, abandoned, waiting } = countLines(outbound);
  expect(total.outbound).toEqual({ placed: 2, connected: 1, dropped: 1, mean_talk_ms: 30_000 });
  expect([total.offered, total.abandoned, abandoned, waiting]).toEqual([0, 0, [], []]);
});

describe("a dialled call", () => {
  const outbound = { direction: "outbound", queue: "901" };
  test("counts at the queue of its first visit, else at the queue that was named last", () => {
    const placedAt = (lines: Line[]) =>
      [...countLines(lines).queues].filter(([, row]) => row.outbound.placed > 0).map(([queue]) => queue);
    expect(placedAt([...waits("c1", 0), [5, "call.new", outbound]])).toEqual(["900"]);
    expect(placedAt([[5, "call.new", outbound]])).toEqual(["901"]);
  });
  test("does not count as dropped without a queue", () => {
    const lines: Line[] = [
      [0, "call.waiting", { direction: "outbound" }],
      [9, "call.finished"],
    ];
    expect(countLines(lines).total.outbound.dropped).toBe(0);
  });
  test("talks until its end if the last agent left before call.ongoing", () => {
    const lines: Line[] = [
      [1, "actor.entered", ana],
      [2, "actor.left", ana],
      [3, "call.ongoing", outbound],
      [63, "call.finished"],
    ];
    expect(countLines(lines).total.outbound.mean_talk_ms).toBe(60_000);
  });
});

test("a call that has overflowed is listed as waiting until an agent is on it", () => {
  const overflowed = waits("c1", 0, [20, "call.overflow"]);
  expect(countLines(overflowed)).toMatchObject({ waiting: ["c1"], total: { waiting: 0 } });
  expect(countLines([...overflowed, [30, "actor.entered", ana]]).waiting).toEqual([]);
});

describe("the list of abandoned visits", () => {
  const rowOf = (lines: Line[], id: string) =>
    countLines(lines).abandoned.find(({ aggregate_id }) => aggregate_id === id);
  test("has the wait, and whether it was short", () => {
    expect(rowOf(day, "short")).toMatchObject({ waited_ms: 5_000, short: true });
    expect(rowOf(day, "abandoned")).toMatchObject({ waited_ms: 30_000, short: false });
  });
  test("has the first talk with the same person after the abandon, and ignores a voicemail", () => {
    expect(rowOf(day, "abandoned")?.returned_at).toBeNull();
    const called: Line[] = [...day, ...waits("again", 600, [610, "actor.entered", ana])];
    expect(rowOf(called, "abandoned")?.returned_at).toBe(after(610));
    expect(rowOf(called, "short")?.returned_at).toBe(after(610));
  });
  test("ignores a talk of an internal call, and a talk at the moment of the abandon", () => {
    const of = (call_id: string, at: number, fields: object = {}): Line[] =>
      waits(call_id, at - 10, [at, "actor.entered", { ...ana, ...fields }]);
    const returned = (...lines: Line[]) => rowOf([...day, ...lines], "abandoned")?.returned_at;
    expect(returned(...of("internal", 340, { direction: "internal" }))).toBeNull();
    expect(returned(...of("at once", 330))).toBeNull();
    expect(returned(...of("after", 340))).toBe(after(340));
  });
});

test("p90 is the smallest value that nine of ten values do not exceed, and a mean is rounded", () => {
  expect(p90([10, 9, 8, 7, 6, 5, 4, 3, 2, 1])).toBe(9);
  expect([p90([7]), p90([]), mean([1, 2]), mean([])]).toEqual([7, null, 2, null]);
});
