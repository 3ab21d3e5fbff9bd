import { expect, test } from "@jest/globals";
import { type Case, readCases } from "../cases/case.ts";
import { findDifferences } from "../cases/differences.ts";
import { chooseValues, postsOf, type Values } from "../cases/values.ts";
import { boardOf } from "./compare.ts";
import type { OracleEvent } from "./events.ts";
import type { PersonOf } from "./numbers/abandoned.ts";
import { type Answer, count } from "./oracle.ts";

const NOW = new Date("2026-11-29T15:00:00Z");
const MIDNIGHT = new Date("2026-11-29T03:00:00Z");
const NEXT_MIDNIGHT = new Date("2026-11-30T03:00:00Z");
const run = { seed: 77, now: NOW, zone: "America/Sao_Paulo" };

/** Fields of the answers that the oracle does not count. */
const NOT_COUNTED = ["code", "our_number", "their_number", "their_number_type", "queue", "free"];

/** Returns the events of a case, received one after the other just before now. */
function eventsOf(each: Case, values: Values): OracleEvent[] {
  const posts = postsOf(each, values);
  return posts.map(({ body }, n) => ({
    uuid: body,
    body: JSON.parse(body),
    received_at: new Date(NOW.getTime() - posts.length + n),
  }));
}

/** Identifies a person by the area code and the last eight digits of a Brazilian number. */
const personOf: PersonOf = (number) => {
  const digits = (number ?? "").replace(/\D/g, "").replace(/^0+/, "");
  const national = digits.length > 11 && digits.startsWith("55") ? digits.slice(2) : digits;
  return national.length < 8 ? null : national.slice(0, 2) + national.slice(-8);
};

function viewsOf(answer: Answer, values: Values): Record<string, unknown> {
  const { calls, queues, agents } = boardOf(answer);
  const rows = answer.abandoned.map((row) => [
    row.aggregate_id,
    { ...row, returned: row.returned_at !== null },
  ]);
  const digits = values.names.get("$M7");
  return {
    ListCalls: calls,
    ListQueues: queues,
    ListAgents: agents,
    ListAbandoned: Object.fromEntries(rows),
    agentsLike: { count: Object.keys(agents).filter((name) => digits && name.includes(digits)).length },
  };
}

/** Returns the expected values of the fields that the oracle counts. Rows without such a field are left out. */
function counted(expected: Case["expected"]): unknown {
  const reduced = JSON.parse(JSON.stringify(expected), (key, value) => {
    const isEmptyRow = typeof value === "object" && value !== null && !Array.isArray(value);
    if (NOT_COUNTED.includes(key) || (isEmptyRow && Object.keys(value).length === 0)) return undefined;
    return value;
  });
  return reduced ?? {};
}

test.each(readCases().map((each) => [each.id, each.title, each] as const))(
  "case %s: the oracle counts the expected values: %s",
  (_id, _title, each) => {
    const values = chooseValues(each, run);
    const answer = count({
      events: eventsOf(each, values),
      now: NOW,
      window: { from: MIDNIGHT, to: NEXT_MIDNIGHT },
      promiseOf: () => ({ serviceLevelMs: 20_000, shortAbandonMs: 5_000 }),
      personOf,
    });
    expect(findDifferences(counted(each.expected), viewsOf(answer, values), values)).toEqual([]);
  },
);
