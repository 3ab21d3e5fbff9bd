import { expect, test } from "@jest/globals";
import { readSteps } from "./events.ts";
import { orderOfCall } from "./order.ts";
import { ana, bia, eventsOf, type Line } from "./story.ts";

const typesOf = (lines: readonly Line[]): string[] =>
  orderOfCall(readSteps(eventsOf(lines))).map(({ type }) => type.replace(/^\w+\./, ""));

/** The stamp of all events in the same whole second. */
const noon = "2026-11-29T15:00:00Z";
const inOneSecond = (...types: [string, object?][]): Line[] =>
  types.map(([type, fields]) => [0, type, { ...fields, timestamp: noon }]);

test("steps of equal time follow the life cycle, beginning after the last step of the call", () => {
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
  const left: Line = [0.2, "actor.left", ana];
  const waiting: Line = [0.7, "call.waiting"];
  expect(typesOf([left, waiting, ...inOneSecond(["call.ongoing"])])).toEqual(["ongoing", "left", "waiting"]);
  expect(typesOf([left, waiting, ...inOneSecond(["call.follow-me"])])).toEqual([
    "left",
    "follow-me",
    "waiting",
  ]);
});

test("a ring comes before its noanswer, unless the agent is ringing already", () => {
  const noAnswerFirst = inOneSecond(["actor.noanswer", ana], ["actor.ringing", ana]);
  expect(typesOf(noAnswerFirst)).toEqual(["ringing", "noanswer"]);
  const ringFirst = inOneSecond(["actor.ringing", ana], ["actor.noanswer", ana]);
  expect(typesOf([[-15, "actor.ringing", ana], ...ringFirst])).toEqual(["ringing", "noanswer", "ringing"]);
  expect(typesOf([[-125, "actor.ringing", ana], ...noAnswerFirst])).toEqual([
    "ringing",
    "ringing",
    "noanswer",
  ]);
});

test("two equal events with a stamp are one step, and without a stamp they are two", () => {
  const twins = eventsOf([
    [0, "actor.entered", ana],
    [0, "actor.entered", ana],
  ]);
  expect(readSteps(twins)).toHaveLength(1);
  const received_at = new Date();
  const withoutStamp = twins.map(({ uuid, body }) => ({
    uuid,
    body: { ...body, timestamp: undefined },
    received_at,
  }));
  expect(readSteps(withoutStamp)).toHaveLength(2);
});
