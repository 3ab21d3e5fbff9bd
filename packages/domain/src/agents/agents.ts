import type { FoldedCall } from "../call/folded-call.ts";
import { LONGEST_RING_MS } from "../call/order.ts";
import { isPresumedLost } from "../call/presumed-lost.ts";
import type { AgentRings, Ring } from "../call/rings.ts";
import { agentKey } from "../event/step.ts";
import { isWithin, latestOf, type Window } from "../time/window.ts";
import { createFindAgent } from "./agent-names.ts";
import { type AgentQueues, joinQueues } from "./agent-queues.ts";
import { type AgentTalk, type ResolvedTalk, resolveTalks } from "./agent-talks.ts";
import type { FoldedPresence } from "./presence.ts";

/** The state of an agent. FREE means available. UNKNOWN means that no event of the agent was received for a day. */
export type AgentState = "FREE" | "RINGING" | "TALKING" | "PAUSED" | "LOGGED_OUT" | "UNKNOWN";

/** The parts of a call that agents are counted from. */
export type AgentCall = Pick<
  FoldedCall,
  "aggregate_id" | "state" | "updated_at" | "began_at" | "counted_as" | "talks" | "rings"
>;

/** The present state of an agent, and the numbers of the agent's inbound calls in the window. */
export type Agent = {
  /** The login as it was last written; for an agent without a login, the extension. */
  agent: string;
  state: AgentState;
  /** The beginning of the state; null if it is unknown. */
  since: Date | null;
  /** The state after the talk, if a pause or a log-out came during it. */
  next_state: "PAUSED" | "LOGGED_OUT" | null;
  /** The reason of a pause, if the sender gave one. */
  reason: string | null;
  /** The queues that the agent is logged in to, sorted by name; null is a queue without a name. */
  queues: { queue: string | null; paused: boolean }[];
  /** The call that rings at the agent, or that the agent is on. */
  call_id: string | null;
  /** `taken`: talks that began in the window. `missed`: rings that ended in it without an answer. */
  taken: number;
  missed: number;
  /** Mean of the talks that ended in the window; null if there were none. */
  mean_talk_ms: number | null;
};

/** An agent without an event for this long may have left: the state is UNKNOWN, and no count includes the agent. */
const UNHEARD_MS = 86_400_000;
/** After 30 days without an event an agent is no longer listed. */
const FORGOTTEN_MS = 30 * 86_400_000;

/**
 * Returns the agents, sorted by name. An agent on a call is TALKING, even if a pause, a log-out or a ring comes during
 * the call. Otherwise the agent is RINGING, PAUSED, LOGGED_OUT or FREE. An agent who is logged in to several queues is
 * PAUSED only if paused in all of them. Pure.
 */
export function countAgents(
  presences: Iterable<FoldedPresence>,
  calls: Iterable<AgentCall>,
  asked: { window: Window; now: Date },
): Agent[] {
  return collect([...presences], calls, asked.now)
    .map((heard) => countAgent(heard, asked))
    .filter((agent) => isListed(agent, asked.now))
    .sort(byAgent);
}

/** Sorts agents by name. */
export const byAgent = (one: Pick<Agent, "agent">, other: Pick<Agent, "agent">): number =>
  one.agent < other.agent ? -1 : 1;

/** The number of free agents in each queue that an agent is logged in to. */
export function countFree(agents: readonly Agent[]): Map<string | null, number> {
  const free = new Map<string | null, number>();
  for (const { state, queues } of agents)
    for (const { queue, paused } of queues)
      free.set(queue, (free.get(queue) ?? 0) + Number(state === "FREE" && !paused));
  return free;
}

type CallRings = AgentRings &
  Pick<AgentCall, "began_at" | "counted_as"> & { call_id: string; isOver: boolean };

/** Everything that events say about one agent. */
type Heard = {
  presences: FoldedPresence[];
  talks: AgentTalk[];
  rings: CallRings[];
  /** Calls that are presumed lost: no agent is on them. */
  lost: Set<string>;
  /** The name as it was last written. */
  name: { text: string; at: Date };
};

function collect(presences: FoldedPresence[], calls: Iterable<AgentCall>, now: Date): Heard[] {
  const find = createFindAgent(presences);
  const byKey = new Map<string, Heard>();
  const add = (text: string, extension: string | null, at: Date): Heard => {
    const key = find(text, extension, at);
    const heard = byKey.get(key) ?? beginHeard(key);
    byKey.set(key, heard);
    if (agentKey(text) === key && at >= heard.name.at) heard.name = { text, at };
    return heard;
  };
  for (const presence of presences) {
    const { agent, said_at, is_extension } = presence;
    add(agent, is_extension ? agent : null, said_at).presences.push(presence);
  }
  for (const call of calls) {
    const { aggregate_id: call_id, counted_as, began_at } = call;
    const isLost = isPresumedLost(call, now);
    for (const talk of call.talks) {
      const heard = add(talk.agent, talk.extension, talk.entered_at);
      heard.talks.push({ call_id, counted_as, entered_at: talk.entered_at, ended_at: talk.ended_at });
      if (isLost) heard.lost.add(call_id);
    }
    for (const rings of call.rings)
      add(rings.agent, rings.extension, beginOfLastRing(rings)).rings.push({
        ...rings,
        call_id,
        counted_as,
        began_at,
        isOver: isLost || call.state === "FINISHED",
      });
  }
  return [...byKey.values()];
}

const beginHeard = (key: string): Heard => ({
  presences: [],
  talks: [],
  rings: [],
  lost: new Set(),
  name: { text: key, at: new Date(0) },
});

const lastRingOf = ({ latest }: AgentRings): Date => {
  const { rang_at, ended_at } = latest.at(-1)!;
  return ended_at ?? rang_at!;
};

function countAgent(heard: Heard, { window, now }: { window: Window; now: Date }): Agent {
  const queues = joinQueues(heard.presences);
  const returns = heard.presences.flatMap((presence) => presence.returns);
  const talks = resolveTalks(
    heard.talks,
    returns.toSorted((one, other) => Number(one.in) - Number(other.in)),
  );
  const inbound = talks.filter(({ counted_as }) => counted_as === "inbound");
  const ended = inbound.filter(({ ended_at }) => ended_at && isWithin(ended_at, window));
  const rings = heard.rings.filter(({ counted_as }) => counted_as === "inbound");
  return {
    agent: heard.name.text,
    ...stateOf({ heard, queues, talks, now }),
    queues: queues.in.map(({ queue, paused }) => ({ queue, paused: paused !== null })),
    taken: inbound.filter(({ entered_at }) => isWithin(entered_at, window)).length,
    missed: rings.reduce((sum, each) => sum + missedIn(each, window), 0),
    mean_talk_ms:
      ended.length > 0
        ? Math.round(ended.reduce((sum, { lasted_ms }) => sum + (lasted_ms ?? 0), 0) / ended.length)
        : null,
  };
}

/**
 * Returns the number of missed rings in the window. The rings beyond the kept ones count if the call began in the
 * window and all kept rings ended in it.
 */
function missedIn({ latest, missed, began_at }: CallRings, window: Window): number {
  const isIn = ({ ended_at }: Ring) => ended_at !== null && isWithin(ended_at, window);
  const kept = latest.filter((ring) => ring.missed);
  const older = missed - kept.length;
  const areOlderIn = isWithin(began_at, window) && latest.every(isIn);
  return kept.filter(isIn).length + (areOlderIn ? older : 0);
}

type StateFields = Pick<Agent, "state" | "since" | "next_state" | "reason" | "call_id">;
type Known = { heard: Heard; queues: AgentQueues; talks: readonly ResolvedTalk[]; now: Date };

function stateOf(known: Known): StateFields {
  const { heard, talks, now } = known;
  const away = awayOf(known);
  const talk = talks.findLast(({ ended_at, call_id }) => !ended_at && !heard.lost.has(call_id));
  if (talk) {
    const next_state = away?.since && away.since >= talk.entered_at ? away.state : null;
    const { entered_at: since, call_id } = talk;
    return {
      state: "TALKING",
      since,
      next_state,
      reason: next_state === "PAUSED" ? away!.reason : null,
      call_id,
    };
  }
  const ring = ringingOf(heard.rings, now);
  if (ring)
    return { state: "RINGING", since: ring.rang_at, next_state: null, reason: null, call_id: ring.call_id };
  const rest = { next_state: null, reason: null, call_id: null };
  const last = lastHeardOf(heard);
  const isUnheard = now.getTime() - last.getTime() >= UNHEARD_MS;
  if (away?.state === "LOGGED_OUT" || (away && !isUnheard))
    return { ...away, ...afterTalk(away, talks), next_state: null };
  if (isUnheard) return { state: "UNKNOWN", since: last, ...rest };
  return { state: "FREE", since: freeSince(known), ...rest };
}

/** A pause or a log-out that comes during a talk counts from the end of the talk. */
function afterTalk({ since }: Away, talks: readonly ResolvedTalk[]): { since: Date | null } {
  const during = talks.find(
    ({ entered_at, ended_at }) => since && ended_at && entered_at <= since && since < ended_at,
  );
  return { since: during?.ended_at ?? since };
}

function ringingOf(rings: readonly CallRings[], now: Date): Ringing | null {
  const going = rings.flatMap(({ latest: [...all], call_id, isOver }) => {
    const last = all.at(-1);
    if (isOver || !last?.rang_at || last.ended_at) return [];
    return now.getTime() - last.rang_at.getTime() < LONGEST_RING_MS
      ? [{ rang_at: last.rang_at, call_id }]
      : [];
  });
  return going.toSorted(byRing).at(-1) ?? null;
}

type Ringing = { rang_at: Date; call_id: string };
const byRing = (one: Ringing, other: Ringing): number =>
  one.rang_at.getTime() - other.rang_at.getTime() || (one.call_id < other.call_id ? -1 : 1);

type Away = { state: "PAUSED" | "LOGGED_OUT"; since: Date | null; reason: string | null; call_id: null };

/**
 * Returns LOGGED_OUT if the agent is logged out of all queues, PAUSED if paused in all queues that the agent is logged
 * in to, otherwise null. `since` is the time of the last of these events.
 */
function awayOf({ heard, queues }: Known): Away | null {
  if (heard.presences.length === 0) return null;
  if (queues.in.length === 0)
    return { state: "LOGGED_OUT", since: queues.logged_out, reason: null, call_id: null };
  const pauses = queues.in.flatMap(({ paused }) => paused ?? []);
  if (pauses.length < queues.in.length) return null;
  const last = pauses.reduce((one, other) => (other.at > one.at ? other : one));
  return { state: "PAUSED", since: last.at, reason: last.reason, call_id: null };
}

const freeSince = ({ heard: { presences, rings }, talks }: Known): Date | null =>
  latestOf([
    ...presences.map(({ said_at }) => said_at),
    ...talks.map(({ ended_at }) => ended_at),
    ...rings.map(endOfLastRing),
  ]);

const beginOfLastRing = ({ latest: all }: AgentRings): Date => {
  const { ended_at, rang_at } = all.at(-1)!;
  return rang_at ?? ended_at!;
};

const endOfLastRing = ({ latest: all }: AgentRings): Date => {
  const { ended_at, rang_at } = all.at(-1)!;
  return ended_at ?? new Date(rang_at!.getTime() + LONGEST_RING_MS);
};

const lastHeardOf = ({ presences, talks, rings }: Heard): Date =>
  latestOf([
    ...presences.map(({ said_at }) => said_at),
    ...talks.flatMap(({ entered_at, ended_at }) => [entered_at, ended_at]),
    ...rings.map(lastRingOf),
  ])!;

/** An agent who logged out more than a day ago is listed only if calls of the window name the agent. */
const isListed = ({ state, since, taken, missed, mean_talk_ms }: Agent, now: Date): boolean => {
  const silentMs = since ? now.getTime() - since.getTime() : 0;
  if (taken + missed > 0 || mean_talk_ms !== null) return true;
  return state === "LOGGED_OUT" ? silentMs < UNHEARD_MS : state !== "UNKNOWN" || silentMs < FORGOTTEN_MS;
};
