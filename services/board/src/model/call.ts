import { agentKey } from "@teravoz/domain/event";
import type { Call } from "@teravoz/protocol/client";

/**
 * A number of a call: as the sender wrote it, as people read it, and the form that all its spellings share
 * (null if the number is hidden).
 */
export type CallNumber = { written: string | null; shown: string | null; canonical: string | null };

const theirParty = (call: Call): CallNumber => ({
  written: call.their_number,
  shown: theirNumber(call),
  canonical: call.their_number_canonical,
});
const ourParty = (call: Call): CallNumber => ({
  written: call.our_number,
  shown: call.our_number_display ?? call.our_number,
  canonical: call.our_number_canonical,
});

/** The calling number and the called number. Our number is the calling one in an outbound call. */
export const fromOf = (call: Call): CallNumber =>
  call.counted_as === "outbound" ? ourParty(call) : theirParty(call);
export const toOf = (call: Call): CallNumber =>
  call.counted_as === "outbound" ? theirParty(call) : ourParty(call);

/** Their number as people read it, or as the sender wrote it if it is not a readable number. */
export const theirNumber = (call: Pick<Call, "their_number" | "their_number_display">): string | null =>
  call.their_number_display ?? call.their_number;

/** The form of the calls that the page asks for: it reads `visits`, so their alias `legs` would only take time. */
export const WITHOUT_LEGS = { legs: false } as const;

/** A call as the rules of the domain read it: there the visits are `legs`, as they are stored. */
export const storedForm = ({ visits, ...call }: Call) => ({ ...call, legs: visits });

/** The queues that a call visited, in this order; for a call without a visit, the queue that it named. */
export function queuesOf({ visits, queue }: Pick<Call, "visits" | "queue">): string[] {
  const visited = [...new Set(visits.flatMap((visit) => visit.queue ?? []))];
  return visited.length > 0 || queue === null ? visited : [queue];
}

/** The agents who talked on a call, in this order, each in the first spelling. */
export function agentsOf({ talks }: Pick<Call, "talks">): string[] {
  const byKey = new Map<string, string>();
  for (const { agent } of talks) if (!byKey.has(agentKey(agent))) byKey.set(agentKey(agent), agent);
  return [...byKey.values()];
}

/** The agent who is on the call now; for a finished call, all its agents. */
export const presentAgents = (call: Call): string[] =>
  call.state === "FINISHED" ? agentsOf(call) : call.actor === null ? [] : [call.actor];

export type Calls = ReadonlyMap<string, Call>;

/** Returns the calls of a snapshot, which replaces everything. */
export const replaceAll = (calls: readonly Call[]): Calls =>
  new Map(calls.map((call) => [call.aggregate_id, call]));

/** The changes of one frame: the latest version of each call. `erased` includes calls that left the subscription. */
export type Changes = { changed: readonly Call[]; erased: readonly string[] };

/** Adds changed calls or replaces them with their newer version, and removes erased ones. */
export function applyChanges(calls: Calls, { changed, erased }: Changes): Calls {
  const next = new Map(calls);
  for (const call of changed)
    if ((next.get(call.aggregate_id)?.version ?? 0) <= call.version) next.set(call.aggregate_id, call);
  for (const aggregate_id of erased) next.delete(aggregate_id);
  return next;
}

/** The duration in ms since the call began, until its end or `now`, which is the server's time. */
export function ageOf(call: Call, now: number): number {
  const end = call.state === "FINISHED" ? Date.parse(call.finished_at ?? call.updated_at) : now;
  return Math.max(0, end - Date.parse(call.began_at));
}
