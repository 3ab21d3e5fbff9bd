import { type FlowName, type FlowStep, flows } from "@teravoz/domain";
import { stretchOf } from "../pace.ts";
import { MISSED_RING_MS, MISSED_SHARE, PAUSE_MS, PAUSED_SHARE, WRAP_UP_MS } from "./behaviour.ts";

/** The smallest team, for a quiet run. */
const LEAST_AGENTS = 8;
/**
 * The largest team. The board is made for call centres of up to this size. In a run that needs more agents, callers
 * wait.
 */
const MOST_AGENTS = 300;
/** The share of their time for which agents are busy. Above it, most callers would wait in line. */
const BUSY_SHARE = 0.75;
/** The queue that only every second agent serves. */
const SECOND_QUEUE = "901";
/**
 * The events per pause. Agents serve one queue and a half on average, and a pause sends an event at its beginning and
 * at its end for each queue.
 */
const EVENTS_A_PAUSE = 3;

type Load = {
  /** The time from the beginning of a call to that of the next one. */
  spacingMs: number;
  pauseMs: number;
  restMs: number;
};

/**
 * Returns the number of agents who answer these calls with little waiting. It is at most the number of calls, but at
 * least LEAST_AGENTS.
 */
export function sizeTeam(cast: readonly FlowName[], load: Load): number {
  const busyMs = (queue?: string) =>
    cast.reduce((sum, flow) => sum + busyMsOf(flows[flow], { ...load, queue }), 0) / cast.length;
  const needed = Math.max(busyMs(), 2 * busyMs(SECOND_QUEUE)) / load.spacingMs / BUSY_SHARE;
  return Math.max(LEAST_AGENTS, Math.min(MOST_AGENTS, cast.length, Math.ceil(needed)));
}

/** Returns the time for which a flow keeps agents from other calls, in all queues or in one. */
function busyMsOf(steps: readonly FlowStep[], load: Load & { queue: string | undefined }): number {
  const { pauseMs, restMs, queue } = load;
  const stretch = stretchOf(steps, pauseMs);
  const pauses = WRAP_UP_MS + PAUSED_SHARE * PAUSE_MS;
  let busyMs = 0;
  for (const [index, step] of steps.entries()) {
    if (queue !== undefined && step.queue !== queue) continue;
    // half of a wait is ringing; `call.ongoing` follows right after the agent has entered
    if (step.type === "actor.entered" || step.type === "call.queue-abandon")
      busyMs += (step.gapMs / 2 + MISSED_SHARE * MISSED_RING_MS) * stretch + restMs;
    if (step.type === "actor.left")
      busyMs += (step.gapMs + (steps[index - 1]?.gapMs ?? 0) + pauses) * stretch + restMs;
  }
  return busyMs;
}

/**
 * Returns the mean number of events of a call of the flow, including rings and pauses of the agents if they are sent.
 */
export function countEvents(flow: FlowName, { staffed }: { staffed: boolean }): number {
  const steps = flows[flow];
  return steps.reduce((sum, step) => sum + (staffed ? addedEvents(step) : 0), steps.length);
}

function addedEvents({ type, queue, gapMs }: FlowStep): number {
  // a missed ring is two events, and another ring follows it
  const missed = (2 * MISSED_SHARE) / (1 - MISSED_SHARE);
  if (type === "actor.entered") return (queue === undefined ? 0 : 1 + missed) + PAUSED_SHARE * EVENTS_A_PAUSE;
  if (type === "call.queue-abandon") return 2 * Math.ceil(gapMs / 2 / MISSED_RING_MS);
  return 0;
}
