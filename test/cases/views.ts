import type { Values } from "./values.ts";

type Row = Readonly<Record<string, unknown>>;

/** The data of each command's answer, unchanged. */
// biome-ignore lint/suspicious/noExplicitAny: each command has data of its own shape
export type Answers = Readonly<Record<string, any>>;

/** The answers under the names of the cases: rows by call, queue or agent, and the count `agentsLike`. */
export function viewAnswers(answers: Answers, { names }: Values): Record<string, unknown> {
  const { ListCalls, ListQueues, ListAgents, ListAbandoned } = answers;
  const digits = names.get("$M7");
  const isAlike = ({ agent }: Row) => digits !== undefined && String(agent).toLowerCase().includes(digits);
  return {
    ListCalls: rowsBy("aggregate_id", ListCalls),
    ListQueues: rowsBy("queue", ListQueues.queues),
    ListAgents: rowsBy("agent", ListAgents.agents),
    ListAbandoned: rowsBy("aggregate_id", ListAbandoned.abandoned.map(withReturned)),
    agentsLike: { count: ListAgents.agents.filter(isAlike).length },
  };
}

/** The commands that the views need. */
export const COMMANDS = ["ListCalls", "ListQueues", "ListAgents", "ListAbandoned"];

const rowsBy = (key: string, rows: readonly Row[]) => Object.fromEntries(rows.map((row) => [row[key], row]));

const withReturned = (row: Row): Row => ({ ...row, returned: row.returned_at !== null });
