import type { Call } from "../call/folded-call.ts";
import { agentKey } from "../event/step.ts";
import { isWaiting } from "../numbers/waiting.ts";
import { type CallSearch, isSearched } from "./call-search.ts";

type EqualField =
  | ("id" | "aggregate_id" | "state" | "queue" | "actor")
  | ("our_number" | "their_number" | "code" | "direction" | "counted_as");

/**
 * Field = value, all of them; a field that is not named is not filtered. `actor` is the agent who is on the call, `agent` any agent who
 * was, compared without case. `queue` is the last queue of the call, `visited` any of its queues. `number` is the canonical form of
 * either side. `waiting`: its caller waits. `search` is a search term.
 */
export type CallFilter = Partial<
  Pick<Call, EqualField> & {
    agent: string;
    visited: string;
    number: string;
    waiting: true;
    search: CallSearch;
  }
>;

export const isFound = (
  call: Call,
  { agent, visited, number, waiting, search, ...fields }: CallFilter,
): boolean =>
  (agent === undefined || call.agents.includes(agentKey(agent))) &&
  (visited === undefined || call.queues.includes(visited)) &&
  (number === undefined || call.their_number_canonical === number || call.our_number_canonical === number) &&
  (waiting === undefined || isWaiting(call)) &&
  (search === undefined || isSearched(call, search)) &&
  Object.entries(fields).every(([name, value]) => value === undefined || call[name as keyof Call] === value);
