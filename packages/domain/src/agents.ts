import type { FoldedCall } from "./call.ts";
import type { Offer } from "./offers.ts";
import type { FoldedPresence, QueuePresence } from "./presence.ts";
import { durationOf, isPresumedLost, isWithin, type Window } from "./queue-numbers.ts";

/** UNKNOWN: calls name the agent, and no log-in, log-out or pause was told: nobody knows whether they are there. */
export type AgentState = "FREE" | "RINGING" | "TALKING" | "PAUSED" | "LOGGED_OUT" | "UNKNOWN";

/** What agents are counted from: whom calls were offered to, and what says whether a call still goes on. */
export type OfferedCall = Pick<FoldedCall, "aggregate_id" | "state" | "updated_at" | "offers">;

/** An agent now, and what became of the calls it was offered in the window. */
export type Agent = {
  agent: string;
  state: AgentState;
  /** Since when; null where nothing tells. */
  since: Date | null;
  /** Of a pause, where the sender gave one. */
  reason: string | null;
  /** The queues it is logged in to, by name; null is one without a name. */
  queues: { queue: string | null; paused: boolean }[];
  /** The call that rings or is talked. */
  call_id: string | null;
  /** Talks that began in the window, and rings that ended in it without an answer. */
  taken: number;
  missed: number;
  /** Mean of the talks that ended in the window; null where none did. */
  mean_talk_ms: number | null;
};

/** Who logged out longer ago than this, and was offered nothing in the window, is not there any more. */
const FORGOTTEN_MS = 86_400_000;

/**
 * The agents there are, by name. What an agent does is the last of what was begun and goes on: talking, ringing, paused, logged out;
 * else it is free. Who is logged in to several queues is paused once it is in all of them. Pure.
 */
export function countAgents(
  presences: Iterable<FoldedPresence>,
  calls: Iterable<OfferedCall>,
  { window, now }: { window: Window; now: Date },
): Agent[] {
  const known = new Map([...presences].map((presence) => [presence.agent, presence]));
  const offers = offersByAgent(calls, now);
  const names = new Set([...known.keys(), ...offers.keys()]);
  return [...names]
    .map((agent) => countAgent(agent, known.get(agent) ?? null, offers.get(agent) ?? [], window))
    .filter((agent) => isThere(agent, now))
    .sort((one, other) => (one.agent < other.agent ? -1 : 1));
}

/** How many are free in each queue, of the queues that agents are logged in to. */
export function countFree(agents: readonly Agent[]): Map<string | null, number> {
  const free = new Map<string | null, number>();
  for (const { state, queues } of agents)
    for (const { queue, paused } of queues)
      free.set(queue, (free.get(queue) ?? 0) + Number(state === "FREE" && !paused));
  return free;
}

type Offered = Offer & { call_id: string; isLost: boolean };

function offersByAgent(calls: Iterable<OfferedCall>, now: Date): Map<string, Offered[]> {
  const offers: Offered[] = [];
  for (const call of calls) {
    const isLost = isPresumedLost(call, now);
    for (const offer of call.offers) offers.push({ ...offer, call_id: call.aggregate_id, isLost });
  }
  return Map.groupBy(offers, ({ agent }) => agent);
}

function countAgent(
  agent: string,
  presence: FoldedPresence | null,
  offers: readonly Offered[],
  window: Window,
): Agent {
  const queues = presence?.queues.filter(isLoggedIn) ?? [];
  const talks = offers.filter(({ entered_at }) => entered_at !== null);
  const ended = talks.filter(({ ended_at }) => ended_at && isWithin(ended_at, window));
  const talkMs = ended.reduce((sum, offer) => sum + durationOf(offer.entered_at!, offer.ended_at!), 0);
  return {
    agent,
    ...stateOf(presence, queues, offers),
    queues: queues.map((each) => ({ queue: each.queue, paused: isPaused(each) })),
    taken: talks.filter(({ entered_at }) => isWithin(entered_at!, window)).length,
    missed: offers.filter(
      ({ outcome, ended_at }) => outcome === "MISSED" && ended_at && isWithin(ended_at, window),
    ).length,
    mean_talk_ms: ended.length > 0 ? Math.round(talkMs / ended.length) : null,
  };
}

type Standing = Pick<Agent, "state" | "since" | "reason" | "call_id">;

function stateOf(
  presence: FoldedPresence | null,
  queues: readonly QueuePresence[],
  offers: readonly Offered[],
): Standing {
  // of two of the same time the call counts: it comes last
  const going = [...awayFrom(presence, queues), ...busyWith(offers)];
  const last = going.reduce<Standing | null>(
    (latest, each) => (latest && latest.since! > each.since! ? latest : each),
    null,
  );
  if (last) return last;
  const since = latest([
    ...queues.flatMap(({ logged_in, paused }) => [logged_in?.at, paused?.at]),
    ...offers.map(({ ended_at }) => ended_at),
  ]);
  return { state: presence ? "FREE" : "UNKNOWN", since, reason: null, call_id: null };
}

const busyWith = (offers: readonly Offered[]): Standing[] =>
  offers
    .filter(({ ended_at, isLost }) => ended_at === null && !isLost)
    .map(({ entered_at, rang_at, call_id }) => ({
      state: entered_at ? "TALKING" : "RINGING",
      since: entered_at ?? rang_at!,
      reason: null,
      call_id,
    }));

/** Logged out of all queues, or paused in all it is logged in to: since the last of them. */
function awayFrom(presence: FoldedPresence | null, queues: readonly QueuePresence[]): Standing[] {
  if (!presence) return [];
  if (queues.length === 0) {
    const since = latest(presence.queues.map(({ logged_in }) => logged_in?.at));
    return [{ state: "LOGGED_OUT", since, reason: null, call_id: null }];
  }
  if (!queues.every(isPaused)) return [];
  const since = latest(queues.map(({ paused }) => paused?.at));
  const reason = queues.find(({ paused }) => paused?.at === since)?.paused?.reason ?? null;
  return [{ state: "PAUSED", since, reason, call_id: null }];
}

/** Who pauses is logged in, also where the log-in was not told. */
const isLoggedIn = ({ logged_in, paused }: QueuePresence): boolean => logged_in?.is ?? paused !== null;

/** A log-in ends the pause of before. */
const isPaused = ({ logged_in, paused }: QueuePresence): boolean =>
  paused?.is === true && !(logged_in?.is && logged_in.at > paused.at);

const isThere = ({ state, since, taken, missed }: Agent, now: Date): boolean =>
  state !== "LOGGED_OUT" || taken + missed > 0 || now.getTime() - since!.getTime() < FORGOTTEN_MS;

const latest = (dates: readonly (Date | null | undefined)[]): Date | null =>
  dates.reduce<Date | null>((last, date) => (date && (!last || date > last) ? date : last), null);
