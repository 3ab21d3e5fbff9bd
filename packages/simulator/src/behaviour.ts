/**
 * The habits of simulated agents and callers. Durations are usual ones, in the scale of the flows of the domain, and are stretched with
 * them. Chosen so that a minute on the board shows each of them, and most callers are answered.
 */

/** Share of the rings that an agent misses. */
export const MISSED_SHARE = 0.12;
/** A missed ring lasts this long: then the next agent is rung. */
export const MISSED_RING_MS = 15_000;
/** Share of the talks after which the agent pauses. */
export const PAUSED_SHARE = 0.15;
export const PAUSE_MS = 90_000;
export const PAUSE_REASONS = ["almoço", "banheiro", "descanso", "treinamento"];
/** From the end of a talk until the agent takes the next call. */
export const WRAP_UP_MS = 3_000;
/** A caller gives up after this long without an agent; a caller of the flow `abandoned` sooner. */
export const PATIENCE_MS = 120_000;
/** Never stretched: in a run without pauses callers would give up at the first missed ring. */
export const LEAST_PATIENCE_MS = 1_000;
/** One in so many agents logs out before the last call begins. */
export const LEAVERS_AMONG = 4;
/** No agent logs out before this share of the run is over. */
export const SHIFT_SHARE = 0.8;
