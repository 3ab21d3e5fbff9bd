import { expect, test } from "@jest/globals";
import { at, callOf } from "../../testing/calls.ts";

test.each([
  ["inbound", "inbound"],
  ["Outbound", "outbound"],
  ["INTERNAL", "internal"],
  ["sideways", "inbound"],
  [undefined, "inbound"],
])("a call of direction %j counts as %s", (direction, counted_as) => {
  expect(callOf(["call.new", 0, { direction }]).counted_as).toBe(counted_as);
});

test("the last direction that an event named counts, and is kept as it is written", () => {
  const call = callOf(
    ["call.new", 0, { direction: "inbound" }],
    ["call.standby", 1, { direction: "OUTBOUND" }],
  );
  expect(call).toMatchObject({ direction: "OUTBOUND", counted_as: "outbound" });
});

test.each([
  [undefined, "outbound"],
  ["sideways", "outbound"],
  ["inbound", "inbound"],
  ["internal", "internal"],
])("a call of direction %j whose customer a dialer reached counts as %s", (direction, counted_as) => {
  expect(callOf(["dialer.success", 0], ["call.new", 1, { direction }]).counted_as).toBe(counted_as);
});

test.each(["dialer.attempt", "dialer.failure", "dialer.expired", "dialer.exceeded"])(
  "%s says nothing about the direction",
  (type) => {
    expect(callOf([type, 0], ["call.new", 1])).toMatchObject({ counted_as: "inbound", began_at: at(0) });
  },
);
