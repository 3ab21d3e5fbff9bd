import type { CallState } from "@teravoz/domain/event";

// constants that server and page share; this file imports no value, so that a page loads nothing else

/** The maximum number of calls in one answer, and the default of `limit`. */
export const MAX_CALLS = 10_000;
/** The maximum number of events in one answer, and the default of `limit`. */
export const MAX_EVENTS = 1_000;
/**
 * The maximum number of deliveries in one answer: 300 KB. The database takes 25 ms to read them and to order their
 * calls.
 */
export const MAX_DELIVERIES = 1_000;
/** The maximum number of dead letters in one answer: 400 KB without their bodies. */
export const MAX_LETTERS = 1_000;
/** The default of `limit` for dead letters. */
export const USUAL_LETTERS = 100;
/** The longest sliding window: a day. */
export const MAX_MINUTES = 1_440;
/** The window of ListStats and /stats without `minutes`. */
export const STATS_MINUTES = 30;
/** The window of ListSystem without `minutes`. */
export const SYSTEM_MINUTES = 60;
/** The maximum number of days of ListAbandoned, today included. */
export const MAX_DAYS = 7;
/** The longest search term, in UTF-16 units. No field of a call that a search compares is longer. */
export const MAX_SEARCH = 256;
/** The longest cursor, in UTF-16 units. Ours are short; the limit keeps long texts away from the database. */
export const MAX_CURSOR = 1_024;
/** Rewind goes back to this moment (ms since the epoch) at most: no call is older. */
export const EARLIEST_MOMENT = Date.UTC(2000, 0);

/**
 * For Rewind, a moment that differs from now by less than this counts as the present, because clocks differ by that
 * much.
 */
export const PRESENT_MS = 1_000;

/** The states of a call, in the order of its life. */
export const CALL_STATES = [
  "NEW",
  "STANDBY",
  "WAITING",
  "ONGOING",
  "FINISHED",
] as const satisfies readonly CallState[];
