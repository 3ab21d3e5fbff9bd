import type { FlowStep } from "@teravoz/domain";
import type { Random } from "./random.ts";

/** Turns a usual duration of a flow into one of this run, in whole milliseconds, at least one. */
export type Pace = (usualMs: number) => number;

/** No two events of a call share a time, so that no two bodies are the same. */
const LEAST_MS = 1;

/**
 * Stretches the gaps of a flow so that their mean is `pauseMs`. Each duration is drawn from half to one and a half of the
 * stretched gap.
 */
export function createPace(steps: readonly FlowStep[], pauseMs: number, random: Random): Pace {
  const factor = stretchOf(steps, pauseMs);
  return (usualMs) => Math.max(LEAST_MS, Math.round(usualMs * factor * (0.5 + random())));
}

/** How much longer this run takes than the flow's usual gaps, where their mean is to be `pauseMs`. */
export function stretchOf(steps: readonly FlowStep[], pauseMs: number): number {
  const gaps = steps.slice(1).map((step) => step.gapMs);
  const sum = gaps.reduce((total, gap) => total + gap, 0);
  return sum > 0 ? (pauseMs * gaps.length) / sum : 0;
}
