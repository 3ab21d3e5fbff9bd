import type { Call } from "./call.ts";

/**
 * Field = value, all of them; a field that is not named is not filtered. `actor` is who is in the call, `agent` who has answered a leg
 * of it, whoever came after.
 */
export type CallFilter = Partial<
  Pick<
    Call,
    "id" | "aggregate_id" | "state" | "queue" | "actor" | "our_number" | "their_number" | "code" | "direction"
  > & { agent: string }
>;

export const isFound = (call: Call, { agent, ...fields }: CallFilter): boolean =>
  (agent === undefined || call.legs.some((leg) => leg.agent === agent)) &&
  Object.entries(fields).every(([name, value]) => value === undefined || call[name as keyof Call] === value);
