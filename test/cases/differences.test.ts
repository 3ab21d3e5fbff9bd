import { expect, test } from "@jest/globals";
import { findDifferences } from "./differences.ts";
import type { Values } from "./values.ts";

const values: Values = {
  names: new Map([
    ["$C1", "c1.x"],
    ["$A1", "ana@example.com"],
    ["$A2", "bia@example.com"],
  ]),
  originMs: Date.parse("2026-11-29T15:00:00Z"),
};
const leg = { agent: "bia@example.com", talked_until: "2026-11-29T15:01:10.000Z" };
const got = {
  ListCalls: { "c1.x": { state: "ONGOING", actor: null, events: 9, legs: [leg], code: undefined } },
  ListAgents: { "ana@example.com": { state: "FREE", missed: 1 } },
};
const find = (expected: object) => findDifferences(expected, got, values);

test("an expectation may be a part of the actual value, and finds rows by their placeholders", () => {
  const legs = [{ agent: "$A2" }];
  expect(find({ ListCalls: { $C1: { state: "ONGOING", actor: null, legs } } })).toEqual([]);
  expect(find({ ListAgents: { $A1: { missed: 1 } } })).toEqual([]);
});

test("each difference has its path, with placeholders for names and times", () => {
  const legs = [{ agent: "$A1", talked_until: null }];
  expect(find({ ListCalls: { $C1: { actor: "$A2", legs } }, ListAgents: { $A1: { missed: 0 } } })).toEqual([
    'ListCalls.$C1.actor: expected "$A2", got null',
    'ListCalls.$C1.legs[0].agent: expected "$A1", got "$A2"',
    'ListCalls.$C1.legs[0].talked_until: expected null, got "$T+70"',
    "ListAgents.$A1.missed: expected 0, got 1",
  ]);
});

test("times are equal if they are the same instant, in any notation", () => {
  const until = (talked_until: string) => find({ ListCalls: { $C1: { legs: [{ talked_until }] } } });
  expect([until("$T+70"), until("$S+70"), until("$O+70")]).toEqual([[], [], []]);
  expect(until("$T+70.001")).toEqual([
    'ListCalls.$C1.legs[0].talked_until: expected "$T+70.001", got "$T+70"',
  ]);
});

test("a missing row is null, and null may be expected", () => {
  expect(find({ ListAgents: { $A2: null } })).toEqual([]);
  expect(find({ ListAgents: { $A2: { state: "FREE" } } })).toEqual([
    'ListAgents.$A2: expected {"state":"FREE"}, got null',
  ]);
  expect(find({ ListAgents: { $A1: null } })).toEqual([
    'ListAgents.$A1: expected null, got {"state":"FREE","missed":1}',
  ]);
});

test("a missing field differs from null", () => {
  expect(find({ ListCalls: { $C1: { code: null } } })).toEqual([
    "ListCalls.$C1.code: expected null, got nothing",
  ]);
});

test("an array of another length counts as one difference", () => {
  expect(find({ ListCalls: { $C1: { legs: [] } } })).toEqual([
    'ListCalls.$C1.legs: expected [], got [{"agent":"$A2","talked_until":"$T+70"}]',
  ]);
});

test("a number differs from its text, and a text from the same in capitals", () => {
  expect(find({ ListAgents: { $A1: { missed: "1", state: "free" } } })).toHaveLength(2);
});
