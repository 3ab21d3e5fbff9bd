import type { FlowStep } from "@teravoz/domain";
import type { Random } from "./call-centre/random.ts";

/** Scales a usual duration of a flow to the pace of this run. Returns whole milliseconds, at least 1. */
export type Pace = (usualMs: number) => number;

/** The shortest time between two events of a call, so that no two bodies are the same. */
const LEAST_MS = 1;

/**
 * Creates a pace that stretches the gaps of a flow so that their mean is `pauseMs`. Each duration is drawn from half to
 * one and a half of the stretched gap.
 */
export function createPace(steps: readonly FlowStep[], pauseMs: number, random: Random): Pace {
  const factor = stretchOf(steps, pauseMs);
  return (usualMs) => Math.max(LEAST_MS, Math.round(usualMs * factor * (0.5 + random())));
}

/** Returns the factor by which the flow's usual gaps are stretched, so that their mean is `pauseMs`. */
export function stretchOf(steps: readonly FlowStep[], pauseMs: number): number {
  const gaps = steps.slice(1).map((step) => step.gapMs);
  const sum = gaps.reduce((total, gap) => total + gap, 0);
  return sum > 0 ? (pauseMs * gaps.length) / sum : 0;
}
