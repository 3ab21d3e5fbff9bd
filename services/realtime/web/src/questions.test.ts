import { expect, test } from "@jest/globals";
import type { Call } from "./calls.ts";
import { isAnswer, isNumber, questionsOf, questionsOfNumber } from "./questions.ts";

const fields = [{ aggregate_id: "x" }, { code: "x" }, { actor: "x" }, { agent: "x" }, { queue: "x" }];

test("what is typed may be a call_id, a code, an agent or a queue", () => {
  expect(questionsOf("x", null)).toEqual(fields);
  expect(questionsOf("x", "WAITING")).toEqual(fields.map((params) => ({ ...params, state: "WAITING" })));
});

test.each(["5511987654321", "11987654321", "+55 (11) 98765-4321", "+5511987654321"])(
  "the number %s is asked for as senders write it",
  (text) => {
    const numbers = questionsOf(text, null).flatMap(({ their_number }) => their_number ?? []);
    expect(numbers).toEqual(expect.arrayContaining(["11987654321", "5511987654321", "+5511987654321"]));
    const ours = questionsOf(text, null).flatMap(({ our_number }) => our_number ?? []);
    expect(ours).toEqual(numbers);
  },
);

test.each(["900", "1463669263.30033x", "ana@example.com"])("%s is no number", (text) => {
  expect(questionsOf(text, null)).toHaveLength(5);
});

test("a number has a page of its own, an extension, a queue or a name has none", () => {
  expect(["+55 (11) 98765-4321", "33339900"].every(isNumber)).toBe(true);
  expect(["", "900", "ana@example.com", "1463669263.30033x"].some(isNumber)).toBe(false);
});

test("the page of a number is the same with and without 55 and plus", () => {
  const asked = (text: string) => new Set(questionsOfNumber(text).map((params) => JSON.stringify(params)));
  const needed = [...asked("11987654321")].filter((params) => !params.includes('"+11'));
  for (const text of ["5511987654321", "+5511987654321"])
    expect([...asked(text)]).toEqual(expect.arrayContaining(needed));
});

test("a foreign number is asked for with its plus", () => {
  expect(questionsOfNumber("+351912345678")).toContainEqual({ their_number: "+351912345678" });
});

test("a call answers a question where all of its fields are equal", () => {
  const legs = [{ agent: "ana" }, { agent: null }];
  const call = { code: "x", state: "WAITING", queue: null, legs } as unknown as Call;
  const answers = (text: string, state: "WAITING" | "NEW" | null) =>
    questionsOf(text, state).some((question) => isAnswer(call, question));
  expect(answers("x", null)).toBe(true);
  expect(answers("x", "WAITING")).toBe(true);
  expect(answers("x", "NEW")).toBe(false);
  expect(answers("ana", "WAITING")).toBe(true);
  expect(answers("null", null)).toBe(false);
});
