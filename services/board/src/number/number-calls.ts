import type { Call, Visit } from "../model/call.ts";

/** Calls, the newest first; `more`: there are older ones. */
export type NumberCalls = { calls: Call[]; more: boolean };

export type Totals = {
  calls: number;
  /** The number of calls in which somebody talked to the person. */
  answered: number;
  /** The number of abandoned visits of inbound calls. */
  abandoned: number;
  /** The duration of all talks that have ended, without internal calls. */
  talkMs: number;
  /** When the first and the last call began; null without calls. */
  first: string | null;
  last: string | null;
};

export function totalsOf(calls: readonly Call[]): Totals {
  const began = calls.map(({ began_at }) => began_at).sort();
  return {
    calls: calls.length,
    answered: calls.filter((call) => momentsOf(call).length > 0).length,
    abandoned: calls.flatMap(abandonedVisits).length,
    talkMs: calls.reduce((sum, call) => sum + talkMsOf(call), 0),
    first: began[0] ?? null,
    last: began.at(-1) ?? null,
  };
}

const abandonedVisits = ({ counted_as, legs }: Call): Visit[] =>
  counted_as === "inbound" ? legs.filter(({ outcome }) => outcome === "ABANDONED") : [];

/**
 * The moments (ms) at which somebody talked to the other side of a call: the answers and the agents of an
 * inbound call, or the "in progress" of an outbound one. An inbound "in progress" without a visit and
 * without an agent is a voicemail.
 */
function momentsOf({ counted_as, legs, talks, connected_at }: Call): number[] {
  if (counted_as === "internal") return [];
  if (counted_as === "outbound") return connected_at ? [Date.parse(connected_at)] : [];
  const answers = legs.flatMap(({ answered_at }) => answered_at ?? []);
  return [...answers, ...talks.map(({ entered_at }) => entered_at)].map((at) => Date.parse(at));
}

/**
 * The talk time of the visits of an inbound call. Without a visit, and for an outbound call, the talk
 * lasts until the last agent left.
 */
function talkMsOf(call: Call): number {
  const { counted_as, legs, talks, connected_at, finished_at } = call;
  if (counted_as === "internal") return 0;
  if (counted_as === "inbound" && legs.length > 0)
    return legs.reduce((sum, visit) => sum + lasted(visit.answered_at, visit.talked_until), 0);
  if (talks.some(({ ended_at }) => !ended_at)) return 0;
  const from = counted_as === "outbound" ? connected_at : (talks[0]?.entered_at ?? null);
  const left = talks.reduce<string | null>((last, { ended_at }) => later(last, ended_at), null);
  return lasted(from, left && from && Date.parse(left) >= Date.parse(from) ? left : finished_at);
}

const later = (one: string | null, other: string | null): string | null =>
  one && other && Date.parse(one) > Date.parse(other) ? one : other;

const lasted = (from: string | null, to: string | null): number =>
  from && to ? Math.max(0, Date.parse(to) - Date.parse(from)) : 0;

export type GaveUp = {
  ended_at: string;
  /** The known wait was within the queue's short limit: such callers need no call back. */
  short: boolean;
  /** The next time at which somebody talked to the person, whoever called; null = not yet. */
  returned_at: string | null;
};

/** The last abandoned visit of each call that has one, by call_id. */
export function findGaveUp(
  calls: readonly Call[],
  shortMsOf: (queue: string | null) => number,
): Map<string, GaveUp> {
  const byPerson = Map.groupBy(calls, ({ their_number_canonical }) => their_number_canonical);
  const found = calls.flatMap((call) => {
    const visit = abandonedVisits(call).at(-1);
    if (!visit?.ended_at) return [];
    const { ended_at, entered_at, queue, wait_known } = visit;
    const person = call.their_number_canonical;
    const moments = (person === null ? [call] : byPerson.get(person)!).flatMap(momentsOf);
    const after = moments.filter((at) => at > Date.parse(ended_at));
    const short = wait_known && lasted(entered_at, ended_at) <= shortMsOf(queue);
    const returned_at = after.length > 0 ? new Date(Math.min(...after)).toISOString() : null;
    return [[call.aggregate_id, { ended_at, short, returned_at }] as const];
  });
  return new Map(found);
}
