import { expect, test } from "@jest/globals";
import { readSteps } from "./events.ts";
import { orderOfCall } from "./order.ts";
import { ana, bia, eventsOf, type Line } from "./story.ts";

const typesOf = (lines: readonly Line[]): string[] =>
  orderOfCall(readSteps(eventsOf(lines))).map(({ type }) => type.replace(/^\w+\./, ""));

/** All in the same whole second. */
const noon = "2026-11-29T15:00:00Z";
const inOneSecond = (...types: [string, object?][]): Line[] =>
  types.map(([type, fields]) => [0, type, { ...fields, timestamp: noon }]);

test("steps of equal time go round the life cycle from where the call stands", () => {
  const transfer = inOneSecond(
    ["actor.entered", bia],
    ["call.finished"],
    ["actor.left", ana],
    ["call.waiting", { queue: "901" }],
    ["call.ongoing"],
  );
  const before: Line[] = [[-5, "actor.entered", ana]];
  expect(typesOf([...before, ...transfer])).toEqual([
    "entered",
    "ongoing",
    "left",
    "waiting",
    "entered",
    "finished",
  ]);
});

test("a stamp without milliseconds is equal to every stamp of its second, and two with milliseconds keep their order", () => {
  const lines: Line[] = [[0.2, "actor.left", ana], [0.7, "call.waiting"], ...inOneSecond(["call.ongoing"])];
  expect(typesOf(lines)).toEqual(["ongoing", "left", "waiting"]);
});

test("a ring comes before its noanswer, unless the agent rings already", () => {
  const both = inOneSecond(["actor.noanswer", ana], ["actor.ringing", ana]);
  expect(typesOf(both)).toEqual(["ringing", "noanswer"]);
  expect(typesOf([[-15, "actor.ringing", ana], ...both])).toEqual(["ringing", "noanswer", "ringing"]);
});

test("equal events in two writings are one step, events without a stamp are two", () => {
  const twins: Line[] = [
    [0, "actor.entered", ana],
    [0, "actor.entered", ana],
  ];
  expect(typesOf(twins)).toEqual(["entered"]);
  const withoutStamp = twins.map(
    ([at, type, fields]): Line => [at, type, { ...fields, timestamp: undefined }],
  );
  expect(typesOf(withoutStamp)).toEqual(["entered", "entered"]);
});
