import { latestOf, secondOf } from "../time/window.ts";
import type { FoldedPresence, QueuePresence } from "./presence.ts";

type Paused = { at: Date; reason: string | null };
type QueueStanding = { queue: string | null; since: Date | null; paused: Paused | null };
/** The queues that an agent is logged in to, and the time of the last log-out. */
export type AgentQueues = { in: QueueStanding[]; logged_out: Date | null };

/**
 * Joins the events of all keys of an agent. A log-out, a pause or the end of a pause that names no queue applies to all
 * queues.
 */
export function joinQueues(presences: readonly FoldedPresence[]): AgentQueues {
  const said = presences.flatMap(({ queues }) => queues);
  const everywhere = said.filter(({ queue }) => queue === null);
  const named = Map.groupBy(
    said.filter(({ queue }) => queue !== null),
    ({ queue }) => queue,
  );
  const standings = [...named].map(([queue, each]) => standingIn(queue, each, everywhere));
  const isOwnQueue =
    everywhere.some(({ logged_in }) => logged_in) || (named.size === 0 && everywhere.length > 0);
  if (isOwnQueue) standings.push(standingIn(null, everywhere, everywhere));
  return {
    in: standings.filter(({ isIn }) => isIn).sort(byQueue),
    logged_out: latestOf(said.map(({ logged_out }) => logged_out)),
  };
}

function standingIn(
  queue: string | null,
  own: readonly QueuePresence[],
  everywhere: readonly QueuePresence[],
): QueueStanding & { isIn: boolean } {
  const all = queue === null ? own : [...own, ...everywhere];
  const logged_in = latestOf(own.map((each) => each.logged_in));
  const logged_out = latestOf(own.map((each) => each.logged_out));
  const outEverywhere = latestOf(everywhere.map((each) => each.logged_out));
  const unpaused = latestOf(own.map((each) => each.unpaused));
  const unpausedEverywhere = latestOf(everywhere.map((each) => each.unpaused));
  const pauses = all.flatMap((each) => each.paused ?? []);
  const last = pauses.reduce<Paused | null>((one, other) => (one && one.at >= other.at ? one : other), null);
  const isOwn = own.some(({ paused }) => paused?.at.getTime() === last?.at.getTime());
  // a log-in ends the pause before it; the comment at `isLoggedIn` explains equal moments
  const isPaused =
    last !== null &&
    isAfter(last.at, unpaused) &&
    isAfter(last.at, logged_in, isOwn) &&
    !(unpausedEverywhere && unpausedEverywhere > last.at);
  // a pause implies a log-in, even if none was received, unless a log-out came in the same second
  const implied = latestOf([last?.at, unpaused, unpausedEverywhere]);
  const since = latestOf([logged_in, implied]);
  const out = latestOf([logged_out, outEverywhere]);
  const isBack = implied !== null && (out === null || secondOf(implied) > secondOf(out));
  // at equal moments the event about all queues is the earlier one: a later one is also stored in the queue itself
  const isLoggedIn =
    logged_in !== null && isAfter(logged_in, logged_out) && !(outEverywhere && outEverywhere > logged_in);
  return { queue, since, paused: isPaused ? last : null, isIn: isLoggedIn || isBack };
}

const isAfter = (at: Date, other: Date | null, orEqual = false): boolean =>
  other === null || at > other || (orEqual && at.getTime() === other.getTime());

const byQueue = ({ queue: one }: QueueStanding, { queue: other }: QueueStanding): number =>
  (one ?? "") < (other ?? "") ? -1 : 1;
