import { expect, test } from "@jest/globals";
import type { Values } from "./values.ts";
import { viewAnswers } from "./views.ts";

const answers = {
  ListCalls: [{ aggregate_id: "c1", state: "NEW" }],
  ListQueues: { queues: [{ queue: "900", waiting: 1 }] },
  ListAgents: { agents: [{ agent: "ANA.81112222@Example.com" }, { agent: "ana.81112222@example.com" }] },
  ListAbandoned: {
    abandoned: [
      { aggregate_id: "c1", returned_at: null },
      { aggregate_id: "c2", returned_at: "2026-11-29T15:00:00.000Z" },
    ],
  },
};
const values: Values = { names: new Map([["$M7", "81112222"]]), originMs: 0 };

test("calls, queues and agents are found by their names", () => {
  expect(viewAnswers(answers, values)).toMatchObject({
    ListCalls: { c1: { state: "NEW" } },
    ListQueues: { 900: { waiting: 1 } },
    ListAgents: { "ana.81112222@example.com": {} },
  });
});

test("an abandoned call is returned if it has a time of return", () => {
  expect(viewAnswers(answers, values)).toMatchObject({
    ListAbandoned: { c1: { returned: false }, c2: { returned: true } },
  });
});

test("agentsLike counts the agents whose names contain the digits of $M7", () => {
  expect(viewAnswers(answers, values).agentsLike).toEqual({ count: 2 });
  expect(viewAnswers(answers, { ...values, names: new Map() }).agentsLike).toEqual({ count: 0 });
});
