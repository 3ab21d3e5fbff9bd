import type { Call } from "../call/folded-call.ts";

/** The fields of a call from which the numbers of the board are counted. */
export const RECENT_FIELDS = [
  ...(["aggregate_id", "version", "state", "counted_as", "queue", "waiting_since"] as const),
  ...(["began_at", "updated_at", "connected_at", "finished_at"] as const),
  ...(["their_number", "their_number_canonical", "their_number_display"] as const),
  ...(["legs", "talks", "rings"] as const),
] as const;

export type RecentCall = Pick<Call, (typeof RECENT_FIELDS)[number]>;

/** The part of a call with these fields. */
export const recentPart = (call: RecentCall): RecentCall =>
  Object.fromEntries(RECENT_FIELDS.map((field) => [field, call[field]])) as RecentCall;
