import { type Call, countedAs, type RecentCall, recentPart, type Visit } from "@teravoz/domain";

/** A stored call. Folds of a revision before 4 wrote fewer fields. */
export type StoredCall = Partial<Call> & Pick<Call, "updated_at" | "legs">;

/**
 * Returns a stored call with every field of our fold. Until a rebuild reaches it, a call of an older fold has no
 * agents, talks and rings, and begins with its first reception. A list in the order of began_at leaves it out, and so
 * does a list by an agent or a visited queue.
 */
export function completeCall(stored: StoredCall): Call {
  if (stored.talks !== undefined) return stored as Call;
  const { offers: _offers, ...call } = stored as StoredCall & { offers?: unknown };
  return {
    began_at: beginOf(call),
    counted_as: countedAs(call.direction ?? null, []),
    connected_at: null,
    abandoned_at: null,
    talks: [],
    rings: [],
    queues: queuesOf(call),
    agents: [],
    ...call,
    legs: call.legs.map(completeVisit),
  } as unknown as Call;
}

/**
 * Like completeCall, for the fields that the board counts. A call of an older fold has no kind and counts as inbound,
 * as in the older releases.
 */
export const completeRecent = (stored: StoredCall): RecentCall =>
  stored.talks === undefined ? recentPart(completeCall(stored)) : (stored as RecentCall);

const beginOf = ({ created_at, updated_at, legs }: StoredCall): Date =>
  created_at ?? legs[0]?.entered_at ?? updated_at;

const queuesOf = ({ legs }: StoredCall): string[] =>
  [...new Set(legs.flatMap(({ queue }) => queue ?? []))].sort();

/** Completes a visit. Older folds made a visit only from its call.waiting, and named the agent who entered last. */
const completeVisit = (visit: Visit): Visit => ({
  ...visit,
  wait_known: true,
  answered_by: visit.answered_at && visit.agent,
});
