import type { Call } from "../call/folded-call.ts";
import { agentKey } from "../event/step.ts";
import { isWaiting } from "../numbers/waiting-callers.ts";
import { type CallSearch, isSearched } from "./call-search.ts";

type EqualField =
  | ("id" | "aggregate_id" | "state" | "queue" | "actor")
  | ("our_number" | "their_number" | "code" | "direction" | "counted_as");

/**
 * The conditions that a call must meet: all named fields must match. `actor` is the agent who is on the call, and
 * `agent` any agent of the call, compared without case. `queue` is the last queue of the call, and `visited` any of its
 * queues. `number` is the canonical number of either side. `waiting` means that the caller waits. `search` is a search
 * term.
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
