import type { CountedAs } from "../call/direction.ts";
import { durationOf } from "../time/window.ts";

/** A talk of an agent, on any call. */
export type AgentTalk = {
  call_id: string;
  counted_as: CountedAs;
  entered_at: Date;
  /** Null while the agent is on the call. */
  ended_at: Date | null;
};

export type ResolvedTalk = AgentTalk & {
  /** The length of the talk without the consults that interrupted it. Null while the talk is open. */
  lasted_ms: number | null;
};

/**
 * Returns the talks of one agent, sorted by time and without overlaps. Entering another call ends the older talk, even
 * if its actor.left never came. An internal call is a consult: it interrupts the older talk, which continues
 * afterwards. A log-in ends a talk only if the agent logged out during the talk. `returns` holds the log-ins that
 * followed a log-out.
 */
export function resolveTalks(
  talks: readonly AgentTalk[],
  returns: readonly { out: Date; in: Date }[],
): ResolvedTalk[] {
  const sorted = talks.toSorted(byTime);
  const resolved: ResolvedTalk[] = [];
  for (const talk of sorted.toReversed()) resolved.unshift(resolve(talk, resolved, returns));
  return resolved;
}

const byTime = (one: AgentTalk, other: AgentTalk): number =>
  one.entered_at.getTime() - other.entered_at.getTime() || (one.call_id < other.call_id ? -1 : 1);

/** Resolves one talk. `later` holds the resolved talks that began after this one, sorted by time. */
function resolve(
  talk: AgentTalk,
  later: readonly ResolvedTalk[],
  returns: readonly { out: Date; in: Date }[],
): ResolvedTalk {
  const next = later.find(({ call_id, counted_as }) => counted_as !== "internal" || call_id === talk.call_id);
  const back = returns.find(({ out }) => out > talk.entered_at);
  const ended_at = earliest([talk.ended_at, next?.entered_at, talk.ended_at ? null : back?.in]);
  return { ...talk, ended_at, lasted_ms: ended_at && lastedOf(talk.entered_at, ended_at, later) };
}

/** Returns the length of a talk without its consults. Consults may overlap: each moment of them is subtracted once. */
function lastedOf(from: Date, to: Date, later: readonly ResolvedTalk[]): number {
  let lastedMs = durationOf(from, to);
  let untilMs = from.getTime();
  for (const { entered_at, ended_at } of later.filter((consult) => consult.entered_at < to)) {
    const endMs = earliest([ended_at, to])!.getTime();
    lastedMs -= Math.max(0, endMs - Math.max(entered_at.getTime(), untilMs));
    untilMs = Math.max(untilMs, endMs);
  }
  return lastedMs;
}

const earliest = (dates: readonly (Date | null | undefined)[]): Date | null =>
  dates.reduce<Date | null>((first, date) => (date && (!first || date < first) ? date : first), null);
