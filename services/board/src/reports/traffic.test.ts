import { expect, test } from "@jest/globals";
import { NO_TRAFFIC, sampleQueue } from "../../testing/sample-queue.ts";
import { hasTraffic, isInboundQueue } from "./traffic.ts";

const placed = { ...NO_TRAFFIC, placed: 1 };

test("a kind of calls has traffic if a call began, was connected or dropped, or a talk ended", () => {
  expect(hasTraffic(NO_TRAFFIC)).toBe(false);
  for (const one of [{ placed: 1 }, { connected: 1 }, { dropped: 1 }, { mean_talk_ms: 0 }])
    expect(hasTraffic({ ...NO_TRAFFIC, ...one })).toBe(true);
});

test("a queue with only outbound or internal calls is not a queue of inbound calls", () => {
  expect(isInboundQueue(sampleQueue({ outbound: placed }))).toBe(false);
  expect(isInboundQueue(sampleQueue({ queue: "800", internal: placed }))).toBe(false);
  for (const one of [{ waiting: 1 }, { offered: 1 }, { mean_talk_ms: 1 }, { name: "Vendas" }, { free: 0 }])
    expect(isInboundQueue(sampleQueue({ ...one, outbound: placed }))).toBe(true);
  expect(isInboundQueue(sampleQueue({ queue: "900" }))).toBe(true);
});
