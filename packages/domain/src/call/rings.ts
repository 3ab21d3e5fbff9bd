import { agentKey } from "../event/step.ts";
import { secondOf } from "../time/window.ts";
import type { CallAgent } from "./call-agents.ts";

/** One ring at an agent. */
export type Ring = {
  /** Null if only its end was received. */
  rang_at: Date | null;
  /** Null while it rings. */
  ended_at: Date | null;
  /** True if the ring ended without an answer, and no other agent answered at that time. */
  missed: boolean;
};

/** The rings of a call at one agent. */
export type AgentRings = {
  /** The login, else the extension, as written. */
  agent: string;
  extension: string | null;
  /** The number of all rings and of the missed ones. `latest` holds the last rings. */
  rang: number;
  missed: number;
  latest: readonly Ring[];
};

/**
 * The maximum number of agents whose rings a call keeps, and of rings that it keeps for each. A queue may ring hundreds
 * of agents, round after round.
 */
export const MAX_RINGING_AGENTS = 1_000;
export const MAX_RINGS = 20;

/** If a ring ends within this time of another agent's answer, the answer ended it. */
const ANSWERED_ELSEWHERE_MS = 1_000;

type Rung = Omit<AgentRings, "latest"> & { key: string; latest: Ring[] };

/** The rings of a call while it is folded. */
export type Rings = { byAgent: Map<string, Rung>; answers: { key: string; at: Date }[] };

export const ringsOf = ({ byAgent }: Rings): AgentRings[] =>
  [...byAgent.values()].map(({ key: _key, ...rings }) => rings);

export const beginRings = (): Rings => ({ byAgent: new Map(), answers: [] });

/** Begins a ring. If the previous ring at the same agent is still open, its end was lost, and it ends now. */
export function beginRing(rings: Rings, agent: CallAgent, at: Date): void {
  endRingsOf(rings, agent, at);
  addRing(rungBy(rings, agent), { rang_at: at, ended_at: null, missed: false });
}

/** Applies an actor.noanswer. It ends the ring, or counts as a ring if none was received. */
export function missRing(rings: Rings, agent: CallAgent, at: Date): void {
  const rung = rungBy(rings, agent);
  if (!ringingOf(rung)) addRing(rung, { rang_at: null, ended_at: null, missed: false });
  const isMissed = !rings.answers.some(
    (answer) => answer.key !== agent.key && isAnsweredElsewhere(at, answer.at),
  );
  Object.assign(rung.latest.at(-1)!, { ended_at: at, missed: isMissed });
  rung.missed += Number(isMissed);
  endRingsOf(rings, agent, at);
}

function endRingsOf({ byAgent }: Rings, { key }: CallAgent, at: Date): void {
  for (const rung of byAgent.values()) if (rung.key === key) endRing(rung, at);
}

/**
 * Applies the entry of an agent. Every ring ends. Rings of other agents that ended within a second of it were not
 * missed.
 */
export function answerRings(rings: Rings, agent: CallAgent | null, at: Date): void {
  const key = agent?.key ?? "";
  rings.answers = [...rings.answers.filter((each) => isAnsweredElsewhere(at, each.at)), { key, at }];
  endRings(rings, at);
  for (const rung of rings.byAgent.values()) if (rung.key !== key) excuseRings(rung, at);
}

function excuseRings(rung: Rung, answeredAt: Date): void {
  const excused = rung.latest.filter(({ missed, ended_at }) => missed && isSameSecond(ended_at!, answeredAt));
  for (const ring of excused) ring.missed = false;
  rung.missed -= excused.length;
}

/** Ends all open rings because the caller left or was answered. They are not missed. */
export function endRings(rings: Rings, at: Date): void {
  for (const rung of rings.byAgent.values()) endRing(rung, at);
}

function endRing(rung: Rung, at: Date): void {
  const ringing = ringingOf(rung);
  // an implied end may be earlier than a ring that was received late
  if (ringing) ringing.ended_at = ringing.rang_at && ringing.rang_at > at ? ringing.rang_at : at;
}

const isAnsweredElsewhere = (endedAt: Date, answeredAt: Date): boolean => {
  const laterMs = endedAt.getTime() - answeredAt.getTime();
  return isSameSecond(endedAt, answeredAt) || (laterMs >= 0 && laterMs <= ANSWERED_ELSEWHERE_MS);
};

const isSameSecond = (one: Date, other: Date): boolean => secondOf(one) === secondOf(other);

const ringingOf = ({ latest }: Rung): Ring | null => {
  const last = latest.at(-1);
  return last && !last.ended_at ? last : null;
};

function rungBy({ byAgent }: Rings, { name, extension, key }: CallAgent): Rung {
  const written = agentKey(name);
  const known = byAgent.get(written);
  if (known) return known;
  const [oldest] = byAgent.keys();
  if (byAgent.size >= MAX_RINGING_AGENTS && oldest !== undefined) byAgent.delete(oldest);
  const rung: Rung = { agent: name, extension, key, rang: 0, missed: 0, latest: [] };
  byAgent.set(written, rung);
  return rung;
}

function addRing(rung: Rung, ring: Ring): void {
  rung.rang += 1;
  rung.latest.push(ring);
  if (rung.latest.length > MAX_RINGS) rung.latest.shift();
}
