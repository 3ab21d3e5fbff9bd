import { describe, expect, test } from "@jest/globals";
import { type Case, readCases } from "./case.ts";
import { chooseValues, fill, postsOf, readMoment, unfill, type Values } from "./values.ts";

const zone = "America/Sao_Paulo";
const run = { seed: 77, now: new Date("2026-11-29T15:00:00.900Z"), zone };
const caseOf = (more: Partial<Case> = {}): Case => ({
  id: "x",
  title: "",
  events: [{ call_id: "$C1", actor: "$A1", queue: "$Q1", their_number: "55119$M1" }, { actor: "$A10" }],
  query: [],
  expected: {},
  ...more,
});
const originOf = (more: Partial<Case>, now = run.now) =>
  new Date(chooseValues(caseOf(more), { ...run, now }).originMs).toISOString();

describe("the names of a case", () => {
  test("are the same in its events and its expectations, and differ in another case or run", () => {
    const { names } = chooseValues(caseOf(), run);
    expect(chooseValues(caseOf(), run).names).toEqual(names);
    const others = [
      ...chooseValues(caseOf({ id: "y" }), run).names.values(),
      ...chooseValues(caseOf(), { ...run, seed: 78 }).names.values(),
    ];
    expect(others.filter((name) => [...names.values()].includes(name))).toEqual([]);
  });

  test("are eight digits that begin with 8 or 9 for a number", () => {
    const numbers = Array.from(
      { length: 200 },
      (_, seed) => chooseValues(caseOf(), { ...run, seed }).names.get("$M1")!,
    );
    expect(numbers.filter((number) => !/^[89]\d{7}$/.test(number))).toEqual([]);
    expect(new Set(numbers.map(([first]) => first))).toEqual(new Set(["8", "9"]));
  });

  test("are replaced inside longer texts, and $A10 is not $A1 with a zero", () => {
    const values = chooseValues(caseOf(), run);
    const [first, second] = postsOf(caseOf(), values).map(({ body }) => JSON.parse(body));
    expect(first.their_number).toBe(`55119${values.names.get("$M1")}`);
    expect(second.actor).toBe("a10.x.25@example.com");
    expect(first.actor).toBe("a1.x.25@example.com");
  });
});

describe("T", () => {
  test("is a whole second half an hour ago", () => {
    expect(originOf({})).toBe("2026-11-29T14:30:00.000Z");
  });
  test("is the last midnight if that is less than half an hour ago", () => {
    expect(originOf({}, new Date("2026-11-29T03:10:00Z"))).toBe("2026-11-29T03:00:00.000Z");
  });
  test("is the case's number of seconds ago, even before midnight", () => {
    expect(originOf({ ago: 1_200 }, new Date("2026-11-29T03:10:00Z"))).toBe("2026-11-29T02:50:00.000Z");
  });
  test("is in the future if `ago` is negative", () => {
    expect(originOf({ ago: -600 })).toBe("2026-11-29T15:10:00.000Z");
  });
  test("is the last midnight of the account if the case asks for it", () => {
    expect(originOf({ base: "midnight" })).toBe("2026-11-29T03:00:00.000Z");
  });
});

const at: Values = {
  names: new Map([
    ["$C1", "c1.x"],
    ["$A1", "ana@example.com"],
  ]),
  originMs: Date.parse("2026-11-29T15:00:00Z"),
};

test.each([
  ["$T+1.5", "2026-11-29T15:00:01.500Z"],
  ["$T+0", "2026-11-29T15:00:00.000Z"],
  ["$T-1", "2026-11-29T14:59:59.000Z"],
  ["$T+-600", "2026-11-29T14:50:00.000Z"],
  ["$T-0.0009999999999998899", "2026-11-29T14:59:59.999Z"],
  ["$S+1", "2026-11-29T15:00:01Z"],
  ["$E+11", "1795964411"],
  ["$O+1", "2026-11-29T12:00:01-0300"],
])("%s is written as %s", (placeholder, text) => {
  expect(fill(`"${placeholder}"`, at)).toBe(`"${text}"`);
});

test("a placeholder of time is read as a moment, and any other text is not", () => {
  expect(readMoment("$T+1.5", at)).toBe(at.originMs + 1_500);
  expect(["FREE", "$C1", "at $T+1"].map((text) => readMoment(text, at))).toEqual([null, null, null]);
});

test("names and times in a message become placeholders again", () => {
  const got = JSON.stringify({
    agent: "ana@example.com",
    from: "2026-11-29T14:59:59.500Z",
    to: "2026-11-29T15:01:10.000Z",
  });
  expect(unfill(got, at)).toBe('{"agent":"$A1","from":"$T-0.5","to":"$T+70"}');
});

describe("the posts of a case", () => {
  test("are its events in their order, a text unchanged", () => {
    const events = [{ call_id: "$C1", code: 7 }, { $raw: '{ "call_id" : "$C1" }' }];
    expect(postsOf({ events }, at)).toEqual([
      { body: '{"call_id":"c1.x","code":7}', times: 1 },
      { body: '{ "call_id" : "c1.x" }', times: 1 },
    ]);
  });
  test("are sent as often as the event's $times, which is not in the body", () => {
    const events = [{ call_id: "$C1", $times: 3 }];
    expect(postsOf({ events }, at)).toEqual([{ body: '{"call_id":"c1.x"}', times: 3 }]);
  });
});

test("every placeholder of the fixture is known", () => {
  const left = readCases().flatMap((each) => {
    const values = chooseValues(each, run);
    const texts = [
      ...postsOf(each, values).map(({ body }) => body),
      fill(JSON.stringify(each.expected), values),
    ];
    return texts.filter((text) => text.includes("$"));
  });
  expect(left).toEqual([]);
});
