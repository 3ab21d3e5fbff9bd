import { describe, expect, test } from "@jest/globals";
import { ana, at, beto, callOf, q900, q901, type Sent } from "../../testing/calls.ts";
import { countQueues } from "./queue-numbers.ts";
import { talkOf } from "./traffic.ts";

const outbound = { direction: "outbound" };
const asked = {
  window: { from: at(0), to: at(1_000) },
  now: at(1_000),
  promiseOf: () => ({ serviceLevelMs: 20_000, shortAbandonMs: 5_000 }),
};
const count = (...calls: Sent[][]) =>
  countQueues(
    calls.map((sent) => callOf(...sent)),
    asked,
  );
const served: Sent[] = [
  ["call.new", 0, outbound],
  ["actor.entered", 2, ana],
  ["call.ongoing", 10],
  ["actor.left", 70, ana],
  ["call.finished", 71],
];
const dropped: Sent[] = [
  ["call.new", 100, outbound],
  ["call.ongoing", 101],
  ["call.waiting", 102, q900],
  ["call.queue-abandon", 140, q900],
];

describe("the numbers of outbound and internal calls", () => {
  test("are placed, connected, dropped and talk time, and are in no inbound number", () => {
    const { total } = count(served, dropped);
    expect(total.outbound).toEqual({ placed: 2, connected: 2, dropped: 1, mean_talk_ms: 49_500 });
    expect(total.internal).toEqual({ placed: 0, connected: 0, dropped: 0, mean_talk_ms: null });
    expect(total).toMatchObject({ offered: 0, answered: 0, abandoned: 0, mean_talk_ms: null });
  });

  test("distinguish internal calls from outbound ones", () => {
    const { total } = count([
      ["call.new", 0, { direction: "internal" }],
      ["call.ongoing", 3],
    ]);
    expect(total.internal).toMatchObject({ placed: 1, connected: 1 });
    expect(total.outbound).toMatchObject({ placed: 0, connected: 0 });
  });

  test("include a call that was placed and not connected", () => {
    expect(
      count([
        ["call.new", 0, outbound],
        ["call.finished", 30],
      ]).total.outbound,
    ).toEqual({
      placed: 1,
      connected: 0,
      dropped: 0,
      mean_talk_ms: null,
    });
  });

  test("count under the queue of the call, and under no queue for a call without one", () => {
    const { queues } = count(served, dropped);
    expect(queues.get("900")?.outbound).toMatchObject({ placed: 1, connected: 1, dropped: 1 });
    expect(queues.get(null)?.outbound).toMatchObject({ placed: 1, connected: 1, dropped: 0 });
  });

  test("count each dropped customer in the queue of the visit", () => {
    const sent: Sent[] = [
      ["call.new", 0, outbound],
      ["call.waiting", 1, q900],
      ["call.overflow", 20],
      ["call.waiting", 21, q901],
      ["call.queue-abandon", 40, q901],
    ];
    const { queues } = count(sent);
    expect(queues.get("900")?.outbound).toMatchObject({ placed: 1, dropped: 0 });
    expect(queues.get("901")?.outbound).toMatchObject({ placed: 0, dropped: 1 });
  });

  test("count each part of a call when it happens", () => {
    const window = { from: at(5), to: at(70) };
    const { total } = countQueues([callOf(...served)], { ...asked, window });
    expect(total.outbound).toEqual({ placed: 0, connected: 1, dropped: 0, mean_talk_ms: null });
  });
});

describe("the talk of an outbound or internal call", () => {
  const talk = (...sent: Sent[]) => talkOf(callOf(...sent));

  test("lasts from call.ongoing until the last agent left", () => {
    expect(talk(...served)).toEqual({ from: at(10), to: at(70) });
    const two: Sent[] = [
      ["actor.entered", 2, ana],
      ["call.ongoing", 10],
      ["actor.entered", 20, beto],
      ["actor.left", 30, ana],
      ["actor.left", 50, beto],
    ];
    expect(talk(...two)).toEqual({ from: at(10), to: at(50) });
  });

  test("lasts until the end of a call that no agent was on", () => {
    expect(talk(["call.ongoing", 10], ["call.finished", 60])).toEqual({ from: at(10), to: at(60) });
  });

  test("is open while an agent is on the call", () => {
    expect(talk(["actor.entered", 2, ana], ["call.ongoing", 10])).toBeNull();
  });

  test("is null without call.ongoing", () => {
    expect(talk(["actor.entered", 2, ana], ["call.finished", 60])).toBeNull();
  });
});
