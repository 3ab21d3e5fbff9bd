import {
  type Abandoned,
  listAbandoned,
  type QueuePromise,
  talkedToAt,
  USUAL_PROMISE,
} from "@teravoz/domain/numbers";
import { LAST_MOMENT } from "@teravoz/domain/time";
import type { Call } from "@teravoz/protocol/client";
import { storedForm } from "../model/call.ts";

/** Calls, the newest first; `more`: there are older ones. */
export type NumberCalls = { calls: Call[]; more: boolean };

export type Totals = {
  calls: number;
  /** The number of calls in which the person was talked to. */
  answered: number;
  /** The number of abandoned visits of inbound calls. */
  abandoned: number;
  /** The duration of all talks that have ended, without internal calls. */
  talkMs: number;
  /** The times at which the first and the last call began; null without calls. */
  first: string | null;
  last: string | null;
};

export function totalsOf(calls: readonly Call[]): Totals {
  const began = calls.map(({ began_at }) => began_at).sort();
  return {
    calls: calls.length,
    answered: calls.filter((call) => talkedToAt(storedForm(call)).length > 0).length,
    abandoned: abandonedIn(calls, () => USUAL_PROMISE).length,
    talkMs: calls.reduce((sum, call) => sum + talkMsOf(call), 0),
    first: began[0] ?? null,
    last: began.at(-1) ?? null,
  };
}

/**
 * Returns the talk time of a call in ms. For an inbound call it is that of its visits. Without a visit, and
 * for an outbound call, the talk lasts until the last agent left.
 */
function talkMsOf(call: Call): number {
  const { counted_as, visits, talks, connected_at, finished_at } = call;
  if (counted_as === "internal") return 0;
  if (counted_as === "inbound" && visits.length > 0)
    return visits.reduce((sum, visit) => sum + lasted(visit.answered_at, visit.talked_until), 0);
  if (talks.some(({ ended_at }) => !ended_at)) return 0;
  const from = counted_as === "outbound" ? connected_at : (talks[0]?.entered_at ?? null);
  const left = talks.reduce<string | null>((last, { ended_at }) => later(last, ended_at), null);
  return lasted(from, left && from && Date.parse(left) >= Date.parse(from) ? left : finished_at);
}

const later = (one: string | null, other: string | null): string | null =>
  one && other && Date.parse(one) > Date.parse(other) ? one : other;

const lasted = (from: string | null, to: string | null): number =>
  from && to ? Math.max(0, Date.parse(to) - Date.parse(from)) : 0;

/** The last abandoned visit of each call that has one, by call_id. */
export function findGaveUp(calls: readonly Call[], promiseOf: PromiseOf): Map<string, Abandoned> {
  // abandons come latest first, and a Map keeps the last of several entries with one key
  const oldestFirst = abandonedIn(calls, promiseOf).toReversed();
  return new Map(oldestFirst.map((visit) => [visit.aggregate_id, visit]));
}

type PromiseOf = (queue: string | null) => QueuePromise;

/** All abandoned visits of these calls, the latest first. */
const abandonedIn = (calls: readonly Call[], promiseOf: PromiseOf): Abandoned[] =>
  listAbandoned(calls.map(storedForm), { window: { from: new Date(0), to: LAST_MOMENT }, promiseOf });
