/** A call as the server sends it; times are ISO 8601. */
export type CallState = "NEW" | "STANDBY" | "WAITING" | "ONGOING" | "FINISHED";
export type Leg = {
  queue: string | null;
  entered_at: string;
  /** False if its beginning is unknown: `entered_at` is then the answer or the abandon. */
  wait_known: boolean;
  answered_at: string | null;
  agent: string | null;
  talked_until: string | null;
  ended_at: string | null;
  outcome: "ANSWERED" | "ABANDONED" | "OVERFLOWED" | null;
};
export type Call = {
  id: number;
  version: number;
  aggregate_id: string;
  state: CallState;
  /** When it began, by the stamps of its events; `created_at` is its first reception. */
  began_at: string;
  created_at: string;
  updated_at: string;
  direction: string | null;
  counted_as: "inbound" | "outbound" | "internal";
  our_number: string | null;
  their_number: string | null;
  /** The one form of all spellings of a number, and how people read it. Null where the number names nobody. */
  our_number_canonical: string | null;
  our_number_display: string | null;
  their_number_canonical: string | null;
  their_number_display: string | null;
  queue: string | null;
  actor: string | null;
  code: string | null;
  abandoned: boolean;
  events: number;
  recording_url: string | null;
  waiting_since: string | null;
  connected_at: string | null;
  legs: readonly Leg[];
  talks: readonly { agent: string; extension: string | null; entered_at: string; ended_at: string | null }[];
  queues: readonly string[];
  answered_at: string | null;
  finished_at: string | null;
};
/** A number as it is shown: what names nobody, as its sender wrote it. */
export const theirNumber = (call: Pick<Call, "their_number" | "their_number_display">): string | null =>
  call.their_number_display ?? call.their_number;
export const ourNumber = (call: Pick<Call, "our_number" | "our_number_display">): string | null =>
  call.our_number_display ?? call.our_number;

/** Who is in it, or of one that is over who was last. */
export const agentOf = ({ actor, state, legs }: Call): string | null =>
  actor ?? (state === "FINISHED" ? (legs.findLast(({ agent }) => agent)?.agent ?? null) : null);

/** An event of a call: `occurred_at` is its stamp as the server reads it, null where it has none; `event` the body as it was sent. */
export type CallEvent = {
  id: number;
  uuid: string;
  occurred_at: string | null;
  received_at: string;
  event: Record<string, unknown>;
};

export const STATES: readonly CallState[] = ["NEW", "STANDBY", "WAITING", "ONGOING", "FINISHED"];

export type Calls = ReadonlyMap<string, Call>;

/** A snapshot takes the place of everything there was. */
export const replaceAll = (calls: readonly Call[]): Calls =>
  new Map(calls.map((call) => [call.aggregate_id, call]));

/** What became of calls in one frame: the latest of each. `erased` are those too that left what the page of calls asked for. */
export type Changes = { changed: readonly Call[]; erased: readonly string[] };

/** A changed call enters, is replaced by its newer version, or leaves with the filter; an erased one goes. */
export function applyChanges(calls: Calls, { changed, erased }: Changes, state: CallState): Calls {
  const next = new Map(calls);
  for (const call of changed) {
    if ((next.get(call.aggregate_id)?.version ?? 0) > call.version) continue;
    if (call.state === state) next.set(call.aggregate_id, call);
    else next.delete(call.aggregate_id);
  }
  for (const aggregate_id of erased) next.delete(aggregate_id);
  return next;
}

/** Milliseconds a call has lasted, `now` being the server's time. */
export function ageOf(call: Call, now: number): number {
  const end = call.state === "FINISHED" ? Date.parse(call.finished_at ?? call.updated_at) : now;
  return Math.max(0, end - Date.parse(call.created_at));
}

export type Waiter = {
  call: Pick<Call, "aggregate_id" | "their_number" | "their_number_display">;
  leg: Pick<Leg, "queue" | "entered_at">;
};

/** As the server counts: a call without an event for four hours has lost its end. */
const LOST_MS = 4 * 3_600_000;

export const isPresumedLost = (call: Call, now: number): boolean =>
  call.state !== "FINISHED" && now - Date.parse(call.updated_at) >= LOST_MS;

/** Those who are in a queue and not answered, the longest wait first; `now` is the server's time. */
export const waitersOf = (calls: Calls, now: number): Waiter[] =>
  [...calls.values()]
    .filter((call) => !isPresumedLost(call, now))
    .flatMap((call) => call.legs.map((leg) => ({ call, leg, since: Date.parse(leg.entered_at) })))
    .filter(({ leg }) => !leg.answered_at && !leg.ended_at)
    .sort((one, other) => one.since - other.since);
