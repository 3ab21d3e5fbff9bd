import type { Call } from "../call.ts";
import { isSameSecond, type Named, nameOf, PRESENCE, type Step } from "../events.ts";
import type { Ring, Talk } from "../play.ts";
import { isDropped, type Presence, playPresence } from "../presence.ts";
import { sameAgentIn } from "../same-agent.ts";
import { mean } from "./mean.ts";
import { isIn, type Window } from "./window.ts";

export type AgentState = "FREE" | "RINGING" | "TALKING" | "PAUSED" | "LOGGED_OUT" | "UNKNOWN";

export type AgentRow = {
  /** The login in its latest spelling, or the extension if there is no login. */
  agent: string;
  state: AgentState;
  since: number;
  call_id: string | null;
  taken: number;
  missed: number;
  mean_talk_ms: number | null;
  /** The pause or log-out that counts from the end of the talk. */
  next_state: "PAUSED" | "LOGGED_OUT" | null;
};

type AgentTalk = Talk & { call: Call };
type AgentRing = Ring & { call: Call };

/** Everything about one agent. */
type Agent = {
  key: string;
  presence: Presence | null;
  presenceSteps: Step[];
  talks: AgentTalk[];
  rings: AgentRing[];
  /** The latest moment of the events that name the agent. */
  heard_at: number;
};

type Account = { calls: readonly Call[]; presenceSteps: readonly Step[]; isLost: (call: Call) => boolean };
type Question = Account & { now: number; window: Window };

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MAX_RING_MS = 120_000;

/** Returns the rows of all agents, in no order. */
export function countAgents(question: Question): AgentRow[] {
  const rows: AgentRow[] = [];
  for (const key of keysOf(question)) {
    const row = countAgent(gatherAgent(key, question), question);
    if (row) rows.push(row);
  }
  return rows;
}

/**
 * Returns the key by which an agent is counted: the login in lower case. An extension belongs to the login that had
 * logged in with it last at that time, if exactly one had. Otherwise the extension is the key.
 */
function keyOf(named: Named, at: number, { presenceSteps }: Account): string | null {
  if (named.login !== null) return named.login.toLowerCase();
  if (named.extension === null) return null;
  const logIns = presenceSteps.filter(
    (step) =>
      step.type === "actor.logged-in" &&
      step.login !== null &&
      step.extension === named.extension &&
      step.at <= at,
  );
  const last = Math.max(...logIns.map((step) => step.at));
  const logins = logIns.filter((step) => step.at === last).map((step) => step.login!.toLowerCase());
  return new Set(logins).size === 1 ? logins[0]! : named.extension;
}

const keyOfStep = (step: Step, account: Account): string | null => keyOf(step, step.at, account);

/** Returns the keys of all agents with a log-in, a pause, a talk, a ring or a missed ring. */
function keysOf(account: Account): string[] {
  const steps: Step[] = [...account.presenceSteps];
  for (const call of account.calls) {
    steps.push(...call.talks.map(({ step }) => step), ...call.rings.map(({ step }) => step));
  }
  const keys = steps.map((step) => keyOfStep(step, account));
  for (const call of account.calls)
    for (const step of call.steps)
      if (step.type === "actor.noanswer") keys.push(keyOfNoAnswer(step, call, account));
  return [...new Set(keys.filter((key) => key !== null))];
}

function gatherAgent(key: string, account: Account): Agent {
  const isOfAgent = ({ step }: { step: Step }) => keyOfStep(step, account) === key;
  const talks: AgentTalk[] = [];
  const rings: AgentRing[] = [];
  for (const call of account.calls) {
    talks.push(...call.talks.filter(isOfAgent).map((talk) => ({ ...talk, call })));
    rings.push(...call.rings.filter(isOfAgent).map((each) => ({ ...each, call })));
  }
  const presenceSteps = account.presenceSteps.filter((step) => keyOfStep(step, account) === key);
  // an actor.left may name an agent who is not on the call; the end of a talk is added below
  const heard = stepsOf(account).filter(
    (step) => step.type !== "actor.left" && keyOfStep(step, account) === key,
  );
  return {
    key,
    presenceSteps,
    presence: playPresence(presenceSteps),
    talks: endTalks(talks, presenceSteps),
    rings,
    heard_at: Math.max(...heard.map(({ at }) => at), ...talks.map(({ ended_at }) => ended_at ?? 0)),
  };
}

/** Returns all steps that name an agent. */
function stepsOf({ calls, presenceSteps }: Account): Step[] {
  const ofCalls = calls.flatMap(({ steps }) => steps).filter((step) => nameOf(step) !== null);
  return [...presenceSteps, ...ofCalls];
}

const byBegin = (a: AgentTalk, b: AgentTalk): number =>
  a.entered_at - b.entered_at || (a.call.call_id < b.call.call_id ? -1 : 1);

/**
 * Gives an agent one talk at a time: entering another call ends the older talk, an internal call only interrupts it.
 */
function endTalks(unordered: readonly AgentTalk[], presenceSteps: readonly Step[]): AgentTalk[] {
  const talks = [...unordered].sort(byBegin);
  return talks.map((talk, n) => {
    let ended_at = talk.ended_at;
    for (const later of talks.slice(n + 1)) {
      if (later.call !== talk.call && later.call.counted_as === "internal") continue;
      if (ended_at === null || later.entered_at < ended_at) ended_at = later.entered_at;
    }
    const logIn = talk.ended_at === null ? logInAfterLogOut(talk, presenceSteps) : null;
    if (logIn !== null && (ended_at === null || logIn < ended_at)) ended_at = logIn;
    return { ...talk, ended_at };
  });
}

/**
 * Returns when an open talk ends because of a log-in: at the first one after a log-out during the talk. Null without
 * one.
 */
function logInAfterLogOut({ entered_at }: Talk, steps: readonly Step[]): number | null {
  const logOuts = steps.filter(({ type, at }) => type === "actor.logged-out" && at > entered_at);
  const logIns = steps.filter(
    ({ type, at }) => type === "actor.logged-in" && logOuts.some((logOut) => logOut.at < at),
  );
  return logIns.length === 0 ? null : Math.min(...logIns.map(({ at }) => at));
}

/** Returns the row of an agent, null if the agent is not listed. */
function countAgent(agent: Agent, question: Question): AgentRow | null {
  const { now, window } = question;
  const inbound = agent.talks.filter(({ call }) => call.counted_as === "inbound");
  const ended = inbound.filter(({ ended_at }) => isIn(window, ended_at));
  const row: AgentRow = {
    agent: shownName(agent, question),
    ...stateOf(agent, question),
    taken: inbound.filter(({ entered_at }) => isIn(window, entered_at)).length,
    missed: countMissed(agent, question),
    mean_talk_ms: mean(ended.map((talk) => durationOf(talk, agent))),
  };
  const hasNothing = row.taken === 0 && row.missed === 0 && ended.length === 0;
  if (row.state === "LOGGED_OUT" && now - row.since > DAY_MS && hasNothing) return null;
  if (row.state === "UNKNOWN" && now - agent.heard_at > 30 * DAY_MS) return null;
  return row;
}

function shownName({ key }: Agent, account: Account): string {
  let last: Step | null = null;
  for (const step of stepsOf(account)) {
    if (step.login === null || step.login.toLowerCase() !== key) continue;
    if (last === null || step.at > last.at || (step.at === last.at && step.received > last.received))
      last = step;
  }
  return last?.login ?? key;
}

/** Returns the duration of a talk, in ms, without the time of internal calls that interrupted it. */
function durationOf(talk: AgentTalk, { talks }: Agent): number {
  let total = 0;
  let from = talk.entered_at;
  const consults = talks.slice(talks.indexOf(talk) + 1);
  for (const consult of consults) {
    if (consult.call === talk.call || consult.call.counted_as !== "internal") continue;
    total += Math.max(0, Math.min(consult.entered_at, talk.ended_at!) - from);
    from = Math.max(from, Math.min(consult.ended_at ?? Infinity, talk.ended_at!));
  }
  return total + Math.max(0, talk.ended_at! - from);
}

/** Counts missed rings. A noanswer within a second after another agent entered the call is not one. */
function countMissed({ key }: Agent, question: Question): number {
  let missed = 0;
  for (const call of question.calls) {
    if (call.counted_as !== "inbound") continue;
    for (const step of call.steps) {
      const sameAgent = sameAgentIn(call.steps.slice(0, call.steps.indexOf(step) + 1));
      if (step.type !== "actor.noanswer" || keyOfNoAnswer(step, call, question) !== key) continue;
      const others = call.steps.filter(
        (other) =>
          other.type === "actor.entered" && keyOfStep(other, question) !== key && !sameAgent(other, step),
      );
      if (isIn(question.window, step.at) && !others.some((other) => tookFirst(other, step))) missed += 1;
    }
  }
  return missed;
}

/**
 * Returns the key of the agent of a noanswer. A bare extension means the agent who had it earlier in the same call, if
 * any.
 */
function keyOfNoAnswer(step: Step, { steps }: Call, account: Account): string | null {
  const known = steps
    .slice(0, steps.indexOf(step))
    .findLast(
      ({ type, login, extension }) =>
        type.startsWith("actor.") && login !== null && extension !== null && extension === step.extension,
    );
  return keyOfStep(step.login === null && known ? known : step, account);
}

function tookFirst(entered: Step, noAnswer: Step): boolean {
  const laterMs = noAnswer.at - entered.at;
  return isSameSecond(entered.at, noAnswer.at) || (laterMs >= 0 && laterMs <= 1_000);
}

type Shown = Pick<AgentRow, "state" | "since" | "call_id" | "next_state">;

function stateOf(agent: Agent, question: Question): Shown {
  const { now, isLost } = question;
  const open = agent.talks.filter(({ ended_at, call }) => ended_at === null && !isLost(call));
  const talk = open.at(-1);
  if (talk) {
    const { entered_at, call } = talk;
    const next_state = statedDuring(agent, open.at(-1)!);
    return { state: "TALKING", since: entered_at, call_id: call.call_id, next_state };
  }
  const ringing = agent.rings
    .filter((each) => rings(each, question))
    .sort((a, b) => a.began_at - b.began_at || (a.call.call_id < b.call.call_id ? -1 : 1))
    .at(-1);
  if (ringing)
    return { state: "RINGING", since: ringing.began_at, call_id: ringing.call.call_id, next_state: null };
  const rest = restingState(agent, question);
  if (rest.state !== "LOGGED_OUT" && now - agent.heard_at > DAY_MS)
    return { state: "UNKNOWN", since: agent.heard_at, call_id: null, next_state: null };
  return { ...rest, call_id: null, next_state: null };
}

const rings = ({ began_at, ended_at, call }: AgentRing, { now, isLost }: Question): boolean =>
  ended_at === null && call.state !== "FINISHED" && !isLost(call) && now - began_at <= MAX_RING_MS;

function statedDuring({ presence, presenceSteps }: Agent, { entered_at }: Talk): AgentRow["next_state"] {
  if (!presence || presence.state === "AVAILABLE") return null;
  const type = presence.state === "PAUSED" ? "actor.paused" : "actor.logged-out";
  const stated = presenceSteps.filter((step) => !isDropped(step, presenceSteps));
  return stated.some((step) => step.type === type && step.at >= entered_at) ? presence.state : null;
}

/** Returns the state of an agent who neither talks nor rings. */
function restingState(agent: Agent, question: Question): { state: AgentState; since: number } {
  const { presence } = agent;
  if (presence && presence.state !== "AVAILABLE")
    return { state: presence.state, since: endOfTalkAt(agent, presence.since, question) };
  const ends = [...agent.talks.map((talk) => endOf(talk, question)), ...agent.rings.map(endOfRing)];
  const moments = presence ? [presence.since, ...ends] : ends;
  return { state: "FREE", since: moments.length > 0 ? Math.max(...moments) : agent.heard_at };
}

/**
 * Returns the moment from which a pause or log-out counts: its own, or the end of the talk during which it was
 * received.
 */
function endOfTalkAt(agent: Agent, at: number, question: Question): number {
  const during = agent.talks.filter((talk) => talk.entered_at <= at && at < endOf(talk, question));
  return Math.max(at, ...during.map((talk) => endOf(talk, question)));
}

/** Returns the end of a talk. An open talk ends when its call is presumed lost. */
const endOf = ({ ended_at, call }: AgentTalk, { isLost }: Question): number =>
  ended_at ?? (isLost(call) ? call.last_received_at + 4 * HOUR_MS : Infinity);

const endOfRing = ({ began_at, ended_at }: Ring): number =>
  Math.min(ended_at ?? Infinity, began_at + MAX_RING_MS);

export const isPresence = ({ type }: Step): boolean => PRESENCE.includes(type);
