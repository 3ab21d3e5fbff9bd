import type { Call } from "./call.ts";

/** What the numbers of the board are made of. */
export const RECENT_FIELDS = [
  ...(["aggregate_id", "version", "state", "updated_at"] as const),
  ...(["their_number", "their_number_canonical", "their_number_display"] as const),
  ...(["answered_at", "legs", "offers"] as const),
] as const;

export type RecentCall = Pick<Call, (typeof RECENT_FIELDS)[number]>;

/** That much of a call. */
export const recentPart = (call: RecentCall): RecentCall =>
  Object.fromEntries(RECENT_FIELDS.map((field) => [field, call[field]])) as RecentCall;
