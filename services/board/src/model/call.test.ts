import { expect, test } from "@jest/globals";
import { sampleCall as call, sampleVisit as visit } from "../../testing/sample-call.ts";
import { agentsOf, ageOf, applyChanges, fromOf, queuesOf, replaceAll, toOf } from "./call.ts";

test("a changed call is replaced and a new one is added", () => {
  const calls = replaceAll([call({ state: "WAITING" })]);
  const two = applyChanges(calls, { changed: [call({ aggregate_id: "two", id: 2 })], erased: [] });
  expect([...two.keys()]).toEqual(["one", "two"]);
  const newer = applyChanges(two, { changed: [call({ version: 2, code: "7" })], erased: [] });
  expect(newer.get("one")?.code).toBe("7");
  expect([...calls.keys()]).toEqual(["one"]);
});

test("an older version of a call changes nothing", () => {
  const calls = replaceAll([call({ version: 5 })]);
  expect(applyChanges(calls, { changed: [call({ version: 4, code: "7" })], erased: [] })).toEqual(calls);
});

test("an erased call, or one that left the subscription, is removed", () => {
  expect(applyChanges(replaceAll([call()]), { changed: [], erased: ["one"] }).size).toBe(0);
});

test("the age of a call counts from its beginning, grows until its end and is never negative", () => {
  const now = Date.parse("2026-01-01T00:01:00.000Z");
  const delivered = { created_at: "2026-01-01T00:00:50.000Z" };
  expect(ageOf(call(delivered), now)).toBe(60_000);
  const finished_at = "2026-01-01T00:00:10.000Z";
  expect(ageOf(call({ ...delivered, state: "FINISHED", finished_at }), now)).toBe(10_000);
  expect(ageOf(call(), 0)).toBe(0);
});

test("an outbound call goes from our number to theirs, every other call from theirs to ours", () => {
  const numbers = {
    our_number: "30001000",
    our_number_display: "3000-1000",
    our_number_canonical: "+551130001000",
    their_number: "anonymous",
  };
  const [ours, theirs] = [
    { written: "30001000", shown: "3000-1000", canonical: "+551130001000" },
    { written: "anonymous", shown: "anonymous", canonical: null },
  ];
  const outbound = call({ ...numbers, counted_as: "outbound" });
  expect([fromOf(outbound), toOf(outbound)]).toEqual([ours, theirs]);
  for (const counted_as of ["inbound", "internal"] as const) {
    const other = call({ ...numbers, counted_as });
    expect([fromOf(other), toOf(other)]).toEqual([theirs, ours]);
  }
});

test("the queues of a call are the visited ones in their order, each once; without a visit, the last named queue", () => {
  const visits = ["900", null, "901", "900"].map((queue) => visit({ queue }));
  expect(queuesOf(call({ visits, queue: "900" }))).toEqual(["900", "901"]);
  expect(queuesOf(call({ queue: "800" }))).toEqual(["800"]);
  expect(queuesOf(call())).toEqual([]);
});

test("the agents of a call are those who talked, in their order; the case of a login does not matter", () => {
  const talks = ["Ana@example.com", "beto", "ana@example.com"].map((agent) => ({
    agent,
    extension: null,
    entered_at: "2026-01-01T00:00:00.000Z",
    ended_at: null,
  }));
  expect(agentsOf(call({ talks }))).toEqual(["Ana@example.com", "beto"]);
});
