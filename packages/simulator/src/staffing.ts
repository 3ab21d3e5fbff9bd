import { type FlowName, type FlowStep, flows } from "@teravoz/domain";
import { MISSED_RING_MS, MISSED_SHARE, PAUSE_MS, PAUSED_SHARE, WRAP_UP_MS } from "./behaviour.ts";
import { stretchOf } from "./pace.ts";

/** The team of a quiet run. */
const LEAST_AGENTS = 8;
/** The board is made for call centres of up to so many agents. A run that needs more has callers who wait. */
const MOST_AGENTS = 300;
/** Share of their time that agents are busy: at more of it, most callers would wait in line. */
const BUSY_SHARE = 0.75;
/** Only every second agent serves this queue. */
const SECOND_QUEUE = "901";
/** Agents serve one queue and a half on average, and a pause sends an event at its begin and at its end for each of them. */
const EVENTS_A_PAUSE = 3;

type Load = {
  /** From the begin of a call to that of the next. */
  spacingMs: number;
  pauseMs: number;
  restMs: number;
};

/** How many agents answer these calls with little waiting; never more than there are calls, but for the least team. */
export function sizeTeam(cast: readonly FlowName[], load: Load): number {
  const busyMs = (queue?: string) =>
    cast.reduce((sum, flow) => sum + busyMsOf(flows[flow], { ...load, queue }), 0) / cast.length;
  const needed = Math.max(busyMs(), 2 * busyMs(SECOND_QUEUE)) / load.spacingMs / BUSY_SHARE;
  return Math.max(LEAST_AGENTS, Math.min(MOST_AGENTS, cast.length, Math.ceil(needed)));
}

/** The time for which a flow keeps agents from other calls, in all queues or in one. */
function busyMsOf(steps: readonly FlowStep[], load: Load & { queue: string | undefined }): number {
  const { pauseMs, restMs, queue } = load;
  const stretch = stretchOf(steps, pauseMs);
  const pauses = WRAP_UP_MS + PAUSED_SHARE * PAUSE_MS;
  let busyMs = 0;
  for (const [index, step] of steps.entries()) {
    if (queue !== undefined && step.queue !== queue) continue;
    // half of a wait are rings; `call.ongoing` comes right after the agent has entered
    if (step.type === "actor.entered" || step.type === "call.queue-abandon")
      busyMs += (step.gapMs / 2 + MISSED_SHARE * MISSED_RING_MS) * stretch + restMs;
    if (step.type === "actor.left")
      busyMs += (step.gapMs + (steps[index - 1]?.gapMs ?? 0) + pauses) * stretch + restMs;
  }
  return busyMs;
}

/** How many events a call of the flow has on average, with rings and the pauses of the agents where those are sent. */
export function countEvents(flow: FlowName, { staffed }: { staffed: boolean }): number {
  const steps = flows[flow];
  return steps.reduce((sum, step) => sum + (staffed ? addedEvents(step) : 0), steps.length);
}

function addedEvents({ type, queue, gapMs }: FlowStep): number {
  // a missed ring is two events, and another one follows it
  const missed = (2 * MISSED_SHARE) / (1 - MISSED_SHARE);
  if (type === "actor.entered") return (queue === undefined ? 0 : 1 + missed) + PAUSED_SHARE * EVENTS_A_PAUSE;
  if (type === "call.queue-abandon") return 2 * Math.ceil(gapMs / 2 / MISSED_RING_MS);
  return 0;
}
