import { describe, expect, test } from "@jest/globals";
import { ana, at, beto, callOf, q900, q901, type Sent } from "../../testing/calls.ts";
import { PRESUMED_LOST_MS } from "../call/presumed-lost.ts";
import { listWaiting } from "./waiting-callers.ts";

const now = at(600);
const list = (...calls: Sent[][]) =>
  listWaiting(
    calls.map((sent) => callOf(...sent)),
    now,
  );
const waiting: Sent[] = [["call.waiting", 1, { ...q900, their_number: "11987654321" }]];

describe("the callers who wait", () => {
  test("are those of open visits without an answer, with the queue and the beginning of the wait", () => {
    expect(list(waiting)).toEqual([
      {
        aggregate_id: "1.2",
        their_number: "11987654321",
        their_number_display: "+55 11 98765-4321",
        queue: "900",
        entered_at: at(1),
      },
    ]);
  });

  test("are listed longest wait first", () => {
    const moments = list([["call.waiting", 50, q900]], waiting, [["call.waiting", 20, q901]]);
    expect(moments.map(({ entered_at }) => entered_at)).toEqual([at(1), at(20), at(50)]);
  });

  test("do not include those who were answered, abandoned or were never in a queue", () => {
    const answered: Sent[] = [...waiting, ["call.ongoing", 5]];
    const gaveUp: Sent[] = [...waiting, ["call.queue-abandon", 5, q900]];
    expect(list(answered, gaveUp, [["call.standby", 1]])).toEqual([]);
  });

  test("include those of calls in WAITING after an overflow, in the last queue of the call", () => {
    const overflowed: Sent[] = [...waiting, ["call.overflow", 20]];
    expect(list(overflowed)).toMatchObject([{ queue: "900", entered_at: at(1) }]);
    expect(list([...overflowed, ["actor.entered", 25, ana]])).toEqual([]);
  });

  test("include those whose last agent left before call.ongoing", () => {
    expect(list([...waiting, ["actor.entered", 5, ana], ["actor.left", 6, ana]])).toMatchObject([
      { queue: "900", entered_at: at(1) },
    ]);
  });

  test("include those who were handed to a second agent, who left before call.ongoing", () => {
    const sent: Sent[] = [
      ...waiting,
      ["actor.entered", 5, ana],
      ["actor.entered", 9, { ...beto, ...q901 }],
      ["actor.left", 20, beto],
    ];
    expect(list(sent)).toMatchObject([{ queue: "900", entered_at: at(1) }]);
  });

  test.each(["outbound", "internal"])("do not include those of %s calls", (direction) => {
    expect(list([["call.waiting", 1, { ...q900, direction }]])).toEqual([]);
  });

  test("do not include those of calls that are presumed lost", () => {
    const call = callOf(...waiting);
    const lostAt = call.updated_at.getTime() + PRESUMED_LOST_MS;
    expect(listWaiting([call], new Date(lostAt - 1))).toHaveLength(1);
    expect(listWaiting([call], new Date(lostAt))).toEqual([]);
  });
});
