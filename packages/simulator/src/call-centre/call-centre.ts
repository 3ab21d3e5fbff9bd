import { type AgentEventType, type FlowStep, flows } from "@teravoz/domain";
import { createPace, type Pace } from "../pace.ts";
import { type Agenda, createAgenda } from "./agenda.ts";
import {
  LEAST_PATIENCE_MS,
  LEAVERS_AMONG,
  MISSED_RING_MS,
  MISSED_SHARE,
  PATIENCE_MS,
  PAUSE_MS,
  PAUSE_REASONS,
  PAUSED_SHARE,
  SHIFT_SHARE,
  WRAP_UP_MS,
} from "./behaviour.ts";
import { type CallEventBody, type CallScript, createCallWriter, writeAgentEvents } from "./bodies.ts";
import type { Person } from "./people.ts";
import { createRandom, drawOne, type Random } from "./random.ts";
import { type Agent, createTeam, type Request, type Team } from "./team.ts";

export type CentreOptions = {
  scripts: readonly CallScript[];
  people: readonly Person[];
  /**
   * If true, the agents log in, are rung, miss rings, pause and log out, and callers give up when no agent answers. If
   * false, the calls are the steps of their scripts and no other event is sent.
   */
  staffed: boolean;
  /**
   * The shortest time between an agent's events in two calls, or in a call and in a pause, so that their timestamps
   * keep the order.
   */
  restMs: number;
  /** The last call begins before this time. */
  callsEndMs: number;
  /** The mean pause between the events of a call, in ms. */
  pauseMs: number;
  startAt: Date;
  seed: number;
};

export type CentreEvents = {
  /** The events of each call, in the order of the scripts. */
  calls: CallEventBody[][];
  /** The log-ins, log-outs, pauses and ends of pauses, by time. */
  agents: CallEventBody[];
};

/** A pause, or a request for an agent. */
type Wish = { pauseMs: number } | Request;
/**
 * The course of a call or an agent. It yields its wishes and continues when each is fulfilled; after a request it
 * receives the agent.
 */
type Process<Result = void> = Generator<Wish, Result, Agent | null>;

type Centre = { options: CentreOptions; agenda: Agenda; team: Team; agents: CallEventBody[] } & {
  random: Random;
  /** Stretches the durations of agents like those of a delegated call. */
  pace: Pace;
  shiftEndsMs: ReadonlyMap<Agent, number>;
};
type Call = { script: CallScript; random: Random; pace: Pace; write: Write };
type Write = (step: Pick<FlowStep, "type" | "queue">, named?: Named) => void;
type Named = { agent?: Agent | null; more?: Record<string, unknown> };

/**
 * Simulates the agents and the calls of one run. An agent takes one call at a time, and a caller without a free agent
 * waits in line. The same options give the same events.
 */
export function simulateCentre(options: CentreOptions): CentreEvents {
  const agenda = createAgenda();
  const random = createRandom(options.seed);
  const agents = options.people.map((person): Agent => ({ person, freeSinceMs: null }));
  const centre: Centre = {
    options,
    agenda,
    team: createTeam(agents, agenda),
    agents: [],
    random,
    pace: createPace(flows.delegated, options.pauseMs, random),
    shiftEndsMs: drawShiftEnds(agents, options, random),
  };
  for (const agent of agents) begin(centre, 0, () => workShift(centre, agent));
  const calls = options.scripts.map((script) => {
    const events: CallEventBody[] = [];
    const call = createCall(script, { events, agenda });
    begin(centre, Math.round(script.beginsMs), () => playCall(centre, call));
    return events;
  });
  agenda.run();
  return { calls, agents: centre.agents };
}

/**
 * Draws the ends of shifts. One in four agents logs out, but at most one for every four calls. They are the last ones
 * of the team.
 */
function drawShiftEnds(agents: readonly Agent[], options: CentreOptions, random: Random): Map<Agent, number> {
  const { scripts, callsEndMs, staffed } = options;
  const leavers = staffed ? Math.floor(Math.min(agents.length, scripts.length) / LEAVERS_AMONG) : 0;
  const drawEnd = () => Math.round(callsEndMs * (SHIFT_SHARE + (1 - SHIFT_SHARE) * random()));
  return new Map(agents.slice(agents.length - leavers).map((agent) => [agent, drawEnd()]));
}

function createCall(
  script: CallScript,
  { events, agenda }: { events: CallEventBody[]; agenda: Agenda },
): Call {
  const random = createRandom(script.seed);
  const writer = createCallWriter(script, random);
  const write: Write = (step, { agent = null, more = {} } = {}) => {
    events.push(writer({ step, atMs: agenda.nowMs(), agent: agent?.person ?? null, more }));
  };
  return { script, random, pace: createPace(script.steps, script.pauseMs, random), write };
}

const begin = (centre: Centre, atMs: number, process: () => Process) =>
  centre.agenda.add(atMs, () => proceed(centre, process()));

/** Runs a process up to its next wish, and continues it when the wish is fulfilled. */
function proceed(centre: Centre, process: Process, agent: Agent | null = null): void {
  const { agenda, team } = centre;
  const { done, value: wish } = process.next(agent);
  if (done) return;
  if ("pauseMs" in wish) agenda.add(agenda.nowMs() + wish.pauseMs, () => proceed(centre, process));
  else team.request(wish, (served) => proceed(centre, process, served));
}

/** Follows the steps of the script. A caller gives up instead if no agent answers in time. */
function* playCall(centre: Centre, call: Call): Process {
  let agent: Agent | null = null;
  for (const [index, step] of call.script.steps.entries()) {
    if (step.type === "actor.entered") {
      agent = yield* findAgent(centre, call, { step, except: agent });
      if (!agent) return yield* giveUp(call, step);
    } else if (step.type === "call.queue-abandon") yield* waitInVain(centre, call, step);
    else if (index > 0) yield { pauseMs: call.pace(step.gapMs) };
    call.write(step, { agent: step.actor === undefined ? null : agent });
    if (step.type === "actor.left" && agent) proceed(centre, takeBreak(centre, agent));
  }
}

function* giveUp({ script, pace, write }: Call, { queue }: FlowStep): Process {
  write({ type: "call.queue-abandon", ...(queue === undefined ? {} : { queue }) });
  const finished = script.steps.at(-1)!;
  yield { pauseMs: pace(finished.gapMs) };
  write(finished);
}

type Search = { step: FlowStep; except: Agent | null };

/**
 * Finds an agent for the step. Returns null if the caller's patience ended first. The gap of the step is half
 * announcement, half ring.
 */
function* findAgent(centre: Centre, call: Call, { step, except }: Search): Process<Agent | null> {
  const sinceMs = centre.agenda.nowMs();
  const gapMs = call.pace(step.gapMs);
  if (!centre.options.staffed || step.queue === undefined) {
    yield { pauseMs: gapMs };
    return yield { queue: step.queue ?? null, except, sinceMs, untilMs: Number.POSITIVE_INFINITY };
  }
  const untilMs = sinceMs + gapMs + Math.max(LEAST_PATIENCE_MS, call.pace(PATIENCE_MS));
  const request = { queue: step.queue, except, sinceMs, untilMs };
  yield { pauseMs: Math.ceil(gapMs / 2) };
  return yield* ringAgents(centre, call, { request, answerMs: Math.ceil(gapMs / 2) });
}

/**
 * Simulates the wait of a caller who gives up: announcements for half of the patience, then rings of agents who do not
 * answer.
 */
function* waitInVain(centre: Centre, call: Call, step: FlowStep): Process {
  const sinceMs = centre.agenda.nowMs();
  const patienceMs = call.pace(step.gapMs);
  const { staffed } = centre.options;
  yield { pauseMs: staffed ? Math.ceil(patienceMs / 2) : patienceMs };
  const request = { queue: step.queue ?? null, except: null, sinceMs, untilMs: sinceMs + patienceMs };
  if (staffed) yield* ringAgents(centre, call, { request, answerMs: null });
}

/** `answerMs` is the duration of an answered ring, or null if all rings are missed. */
type Ringing = { request: Request; answerMs: number | null };

/** Rings one agent after the other until one answers or the patience ends. */
function* ringAgents(centre: Centre, call: Call, ringing: Ringing): Process<Agent | null> {
  const { request } = ringing;
  while (centre.agenda.nowMs() < request.untilMs) {
    const agent = yield request;
    if (!agent) return null;
    if (yield* ringAgent(centre, call, { ...ringing, agent })) return agent;
  }
  return null;
}

/** Rings an agent and returns whether the agent answered. An agent who did not answer is free again. */
function* ringAgent(centre: Centre, call: Call, ringing: Ringing & { agent: Agent }): Process<boolean> {
  const { request, answerMs, agent } = ringing;
  const step = request.queue === null ? {} : { queue: request.queue };
  const patienceMs = request.untilMs - centre.agenda.nowMs();
  call.write({ type: "actor.ringing", ...step }, { agent });
  const isMissed = answerMs === null || call.random() < MISSED_SHARE;
  const ringMs = Math.min(isMissed ? call.pace(MISSED_RING_MS) : answerMs, patienceMs);
  yield { pauseMs: ringMs };
  if (!isMissed && ringMs < patienceMs) return true;
  const ringtime = Math.max(1, Math.round(ringMs / 1000));
  call.write({ type: "actor.noanswer", ...step }, { agent, more: { ringtime } });
  proceed(centre, rest(centre, agent));
  // the next event of the call needs a later time
  yield { pauseMs: 1 };
  return false;
}

/** Simulates the shift of an agent, who logs in when the run starts. Some agents log out near its end. */
function* workShift(centre: Centre, agent: Agent): Process {
  const { options, agenda, team } = centre;
  if (!options.staffed) return team.free(agent);
  emit(centre, "actor.logged-in", { agent });
  const endMs = centre.shiftEndsMs.get(agent);
  if (endMs !== undefined)
    agenda.add(endMs, () => {
      if (team.withdraw(agent)) emit(centre, "actor.logged-out", { agent });
    });
  yield* rest(centre, agent);
}

/**
 * Simulates the time after a talk: the agent wraps up, sometimes pauses, then takes calls again. No pause begins after
 * the last call has begun.
 */
function* takeBreak(centre: Centre, agent: Agent): Process {
  const { options, agenda, random, pace } = centre;
  yield { pauseMs: pace(WRAP_UP_MS) };
  if (options.staffed && agenda.nowMs() < options.callsEndMs && random() < PAUSED_SHARE) {
    yield { pauseMs: options.restMs };
    emit(centre, "actor.paused", { agent, more: { reason: drawOne(random, PAUSE_REASONS) } });
    yield { pauseMs: pace(PAUSE_MS) };
    emit(centre, "actor.unpaused", { agent });
  }
  yield* rest(centre, agent);
}

/** Makes the agent free again after a moment, or logs the agent out if the shift is over. */
function* rest(centre: Centre, agent: Agent): Process {
  yield { pauseMs: centre.options.restMs };
  const endMs = centre.shiftEndsMs.get(agent) ?? Number.POSITIVE_INFINITY;
  if (centre.agenda.nowMs() < endMs) centre.team.free(agent);
  else emit(centre, "actor.logged-out", { agent });
}

type Emitted = { agent: Agent; more?: Record<string, unknown> };

/** Adds an event of an agent outside calls, one for each queue. */
function emit(
  { options, agenda, agents }: Centre,
  type: AgentEventType,
  { agent, more = {} }: Emitted,
): void {
  const { startAt } = options;
  agents.push(...writeAgentEvents(type, agent.person, { startAt, atMs: agenda.nowMs(), more }));
}
