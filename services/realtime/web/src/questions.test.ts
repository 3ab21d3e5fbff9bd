import { expect, test } from "@jest/globals";
import type { Call } from "./calls.ts";
import { isAnswer, questionsOf } from "./questions.ts";

const fields = [{ aggregate_id: "x" }, { code: "x" }, { actor: "x" }, { queue: "x" }];

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
  expect(questionsOf(text, null)).toHaveLength(4);
});

test("a call answers a question where all of its fields are equal", () => {
  const call = { code: "x", state: "WAITING", queue: null } as Call;
  const answers = (text: string, state: "WAITING" | "NEW" | null) =>
    questionsOf(text, state).some((question) => isAnswer(call, question));
  expect(answers("x", null)).toBe(true);
  expect(answers("x", "WAITING")).toBe(true);
  expect(answers("x", "NEW")).toBe(false);
  expect(answers("null", null)).toBe(false);
});
