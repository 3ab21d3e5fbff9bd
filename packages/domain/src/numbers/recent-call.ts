import type { Call } from "../call/folded-call.ts";

/** The parts of a call that the numbers of the board are counted from. */
export const RECENT_FIELDS = [
  ...(["aggregate_id", "version", "state", "counted_as", "queue", "waiting_since"] as const),
  ...(["began_at", "updated_at", "connected_at", "finished_at"] as const),
  ...(["their_number", "their_number_canonical", "their_number_display"] as const),
  ...(["legs", "talks", "rings"] as const),
] as const;

export type RecentCall = Pick<Call, (typeof RECENT_FIELDS)[number]>;

/** That much of a call. */
export const recentPart = (call: RecentCall): RecentCall =>
  Object.fromEntries(RECENT_FIELDS.map((field) => [field, call[field]])) as RecentCall;
