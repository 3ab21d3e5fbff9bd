import { drawStamp, type Sent, type StampStyle, writeStamp } from "../stamps.ts";
import type { Random } from "./random.ts";

export type RandomAgent = {
  /** Null for an agent whose events have only an extension. */
  login: string | null;
  extension: string;
  /** False if the sender never states the extension of an agent who has a login. */
  statesExtension: boolean;
  /**
   * True if an event may have the extension alone. False if two agents share it: within a call both would be one agent.
   */
  mayOmitLogin: boolean;
  /** The queues of the log-in; empty = the log-in names none. */
  queues: string[];
};

/** The queues, the agents and the callers' numbers of a day. */
export type Cast = { queues: string[]; agents: RandomAgent[]; numbers: string[] };

const LOGINS = ["ana", "beto", "caio", "duda", "eva", "fred"];
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export function drawAgents(queues: readonly string[], random: Random): RandomAgent[] {
  const logins = LOGINS.slice(0, random.whole(1, LOGINS.length));
  // two agents share a desk: its extension belongs to the agent who logged in last
  const isShared = random.chance(0.1);
  return logins.map((login, n) => ({
    login: !isShared && random.chance(0.1) ? null : `${login}@example.com`,
    extension: String(201 + (isShared ? n >> 1 : n)),
    statesExtension: random.chance(0.85),
    mayOmitLogin: !isShared,
    queues: random.chance(0.2) ? [] : queues.slice(0, random.whole(1, queues.length)),
  }));
}

/**
 * Names the agent in one event of a call: the login in any case, with or without the extension, or the extension alone.
 */
export function nameIn(agent: RandomAgent, random: Random): { actor?: string; number?: string } {
  const { login, extension: number, statesExtension, mayOmitLogin } = agent;
  if (login === null || (statesExtension && mayOmitLogin && random.chance(0.07))) return { number };
  const capital = login.charAt(0).toUpperCase() + login.slice(1);
  const actor = random.pick([login, login, login, login.toUpperCase(), capital]);
  return statesExtension ? { actor, number } : { actor };
}

/** Names the agent in log-ins and pauses, alike in all of them, because the store keeps them by that name. */
const nameInLogIns = ({ login, extension: number, statesExtension }: RandomAgent) => {
  if (login === null) return { number };
  return statesExtension ? { actor: login, number } : { actor: login };
};

type Shift = { agent: RandomAgent; style: StampStyle; random: Random };

/** Returns the log-ins, pauses and log-outs of one agent. One agent in six has none. */
export function presenceOf(agent: RandomAgent, now: number, random: Random): Sent[] {
  if (random.chance(1 / 6)) return [];
  const shift: Shift = { agent, style: drawStamp(random), random };
  const sent: Sent[] = [];
  const isBusy = random.chance(0.5);
  let at = now - random.whole(MINUTE_MS, isBusy ? 20 * MINUTE_MS : 10 * HOUR_MS);
  if (random.chance(0.08)) at = now - random.whole(25, 1_000) * HOUR_MS;
  sent.push(...state(shift, "actor.logged-in", at));
  for (let rounds = random.whole(0, isBusy ? 6 : 3); rounds > 0; rounds -= 1) {
    at += drawPause(random, isBusy);
    const [first, second] = random.pick(ROUNDS);
    sent.push(...state(shift, first, at));
    at += drawPause(random, isBusy);
    if (random.chance(0.7)) sent.push(...state(shift, second, at));
  }
  return sent.filter((each) => each.at <= now);
}

const ROUNDS: [string, string][] = [
  ["actor.paused", "actor.unpaused"],
  ["actor.paused", "actor.unpaused"],
  ["actor.logged-out", "actor.logged-in"],
];

/** Returns the time until the next step, in ms. It is sometimes so short that both steps fall into one second. */
function drawPause(random: Random, isBusy: boolean): number {
  if (random.chance(0.15)) return random.whole(100, 900);
  return random.whole(5_000, isBusy ? 2 * MINUTE_MS : 90 * MINUTE_MS);
}

/** Returns one event for each queue of the agent, or one event without a queue for all of them. */
function state({ agent, style, random }: Shift, type: string, at: number): Sent[] {
  const isOfAll = agent.queues.length === 0 || (type !== "actor.logged-in" && random.chance(0.3));
  const reason = type === "actor.paused" && random.chance(0.5) ? { reason: "LUNCHBREAK" } : {};
  const queues = isOfAll ? [null] : random.chance(0.9) ? agent.queues : agent.queues.slice(0, 1);
  const named = nameInLogIns(agent);
  return queues.map((queue) => ({
    at,
    body: {
      type,
      ...named,
      ...(queue === null ? {} : { queue }),
      ...reason,
      ...writeStamp(at, style, random),
    },
  }));
}
