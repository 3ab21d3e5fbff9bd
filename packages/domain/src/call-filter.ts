import type { Call } from "./call.ts";
import { type CallSearch, isSearched } from "./call-search.ts";

type EqualField =
  | ("id" | "aggregate_id" | "state" | "queue" | "actor")
  | ("our_number" | "their_number" | "code" | "direction");

/**
 * Field = value, all of them; a field that is not named is not filtered. `actor` is who is in the call, `agent` who has answered a leg
 * of it, whoever came after. `number` is the canonical form of either side. `search` is a search term.
 */
export type CallFilter = Partial<
  Pick<Call, EqualField> & { agent: string; number: string; search: CallSearch }
>;

export const isFound = (call: Call, { agent, number, search, ...fields }: CallFilter): boolean =>
  (agent === undefined || call.legs.some((leg) => leg.agent === agent)) &&
  (number === undefined || call.their_number_canonical === number || call.our_number_canonical === number) &&
  (search === undefined || isSearched(call, search)) &&
  Object.entries(fields).every(([name, value]) => value === undefined || call[name as keyof Call] === value);
