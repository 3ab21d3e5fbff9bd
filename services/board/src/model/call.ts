export type CallState = "NEW" | "STANDBY" | "WAITING" | "ONGOING" | "FINISHED";
export type Visit = {
  queue: string | null;
  entered_at: string;
  /** False if the beginning is unknown: `entered_at` is then the time of the answer or of the abandon. */
  wait_known: boolean;
  answered_at: string | null;
  agent: string | null;
  talked_until: string | null;
  ended_at: string | null;
  outcome: "ANSWERED" | "ABANDONED" | "OVERFLOWED" | null;
};
/** A call as the server sends it; times are ISO 8601. */
export type Call = {
  id: number;
  version: number;
  aggregate_id: string;
  state: CallState;
  /** The time at which the call began, by the stamps of its events; `created_at` is the first reception. */
  began_at: string;
  created_at: string;
  updated_at: string;
  direction: string | null;
  counted_as: "inbound" | "outbound" | "internal";
  our_number: string | null;
  their_number: string | null;
  /** The form that all spellings of a number share, and the form for people. Null if the number is hidden. */
  our_number_canonical: string | null;
  our_number_display: string | null;
  their_number_canonical: string | null;
  their_number_display: string | null;
  queue: string | null;
  actor: string | null;
  code: string | null;
  /** The caller gave up in the last visit. */
  abandoned: boolean;
  abandoned_at: string | null;
  events: number;
  recording_url: string | null;
  /** The time since which the caller waits; null if the caller does not wait. */
  waiting_since: string | null;
  /** The time of the first "in progress". */
  connected_at: string | null;
  /** The visits to queues, oldest first (`legs` is their name on the wire). */
  legs: readonly Visit[];
  talks: readonly { agent: string; extension: string | null; entered_at: string; ended_at: string | null }[];
  queues: readonly string[];
  answered_at: string | null;
  finished_at: string | null;
};
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

/** The number for people; if it cannot be read, as the sender wrote it. */
export const theirNumber = (call: Pick<Call, "their_number" | "their_number_display">): string | null =>
  call.their_number_display ?? call.their_number;

/** The queues that a call visited, in this order; of a call without a visit the queue that it named. */
export function queuesOf({ legs, queue }: Pick<Call, "legs" | "queue">): string[] {
  const visited = [...new Set(legs.flatMap((visit) => visit.queue ?? []))];
  return visited.length > 0 || queue === null ? visited : [queue];
}

/** The agents who talked on a call, in this order, spelt as at first. */
export function agentsOf({ talks }: Pick<Call, "talks">): string[] {
  const byKey = new Map<string, string>();
  for (const { agent } of talks) if (!byKey.has(agent.toLowerCase())) byKey.set(agent.toLowerCase(), agent);
  return [...byKey.values()];
}

/** The agent who is on the call now; of a finished call all its agents. */
export const presentAgents = (call: Call): string[] =>
  call.state === "FINISHED" ? agentsOf(call) : call.actor === null ? [] : [call.actor];

/**
 * An event of a call. `occurred_at` is its stamp as the server reads it, null if it has none; `event` is
 * the body as sent.
 */
export type CallEvent = {
  id: number;
  uuid: string;
  occurred_at: string | null;
  received_at: string;
  event: Record<string, unknown>;
};

export const STATES: readonly CallState[] = ["NEW", "STANDBY", "WAITING", "ONGOING", "FINISHED"];

export type Calls = ReadonlyMap<string, Call>;

/** A snapshot replaces everything. */
export const replaceAll = (calls: readonly Call[]): Calls =>
  new Map(calls.map((call) => [call.aggregate_id, call]));

/** The changes of one frame: the latest of each call. `erased` includes calls that left the subscription. */
export type Changes = { changed: readonly Call[]; erased: readonly string[] };

/** A changed call is added or replaced by its newer version; an erased one is removed. */
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

/** A caller who waits since `entered_at`. */
export type Waiter = Pick<Call, "aggregate_id" | "their_number" | "their_number_display" | "queue"> & {
  entered_at: string;
};

/** The server's limit: if a call has no event for four hours, its end is presumed lost. */
const LOST_MS = 4 * 3_600_000;

export const isPresumedLost = (call: Pick<Call, "state" | "updated_at">, now: number): boolean =>
  call.state !== "FINISHED" && now - Date.parse(call.updated_at) >= LOST_MS;

/** The waiting callers of these calls, the longest wait first; `now` is the server's time. */
export const listWaiters = (calls: Calls, now: number): Waiter[] =>
  [...calls.values()]
    .filter((call) => call.waiting_since !== null && !isPresumedLost(call, now))
    .map(({ aggregate_id, their_number, their_number_display, waiting_since, legs, queue }) => ({
      aggregate_id,
      their_number,
      their_number_display,
      queue: openQueue(legs) ?? queue,
      entered_at: waiting_since!,
    }))
    .sort((one, other) => Date.parse(one.entered_at) - Date.parse(other.entered_at));

const openQueue = (legs: readonly Visit[]): string | null =>
  legs.find(({ ended_at }) => !ended_at)?.queue ?? null;
