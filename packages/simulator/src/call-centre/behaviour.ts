/**
 * The habits of simulated agents and callers. Durations have the scale of the domain's flows and are stretched with
 * them. They are chosen so that a minute on the board shows each habit, and most callers are answered.
 */

/** The share of the rings that an agent misses. */
export const MISSED_SHARE = 0.12;
/** The duration of a missed ring, after which the next agent is rung. */
export const MISSED_RING_MS = 15_000;
/** The share of the talks after which the agent pauses. */
export const PAUSED_SHARE = 0.15;
export const PAUSE_MS = 90_000;
export const PAUSE_REASONS = ["almoço", "banheiro", "descanso", "treinamento"];
/** The time from the end of a talk until the agent takes the next call. */
export const WRAP_UP_MS = 3_000;
/** The time after which a caller gives up without an agent. A caller of the flow `abandoned` gives up sooner. */
export const PATIENCE_MS = 120_000;
/**
 * The shortest patience, which is never scaled down: otherwise, in a run without pauses, callers would give up at the
 * first missed ring.
 */
export const LEAST_PATIENCE_MS = 1_000;
/** One in this many agents logs out before the last call begins. */
export const LEAVERS_AMONG = 4;
/** The share of the run before which no agent logs out. */
export const SHIFT_SHARE = 0.8;
