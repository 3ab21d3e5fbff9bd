import { type Moment, msOf } from "./moment.ts";

/** A stretch of time, from inclusive to exclusive. */
export type Window = { from: Date; to: Date };

/** The last moment that a Date can hold. A window without an end ends here. */
export const LAST_MOMENT = new Date(8.64e15);

export const isWithin = (at: Date, { from, to }: Window): boolean => at >= from && at < to;

/** The second of a moment since the epoch. A stamp without milliseconds equals every other stamp of its second. */
export const secondOf = (at: Date): number => Math.floor(at.getTime() / 1000);

/** The duration in ms, never below 0: a stamp without milliseconds may lie before the moment of an earlier event. */
export const durationOf = (from: Moment, to: Moment): number => Math.max(0, msOf(to) - msOf(from));

/** The mean as a whole number; null without values. */
export const meanOf = (sum: number, count: number): number | null =>
  count > 0 ? Math.round(sum / count) : null;

/** The latest of these moments; null if there is none. */
export const latestOf = (dates: readonly (Date | null | undefined)[]): Date | null =>
  dates.reduce<Date | null>((last, date) => (date && (!last || date > last) ? date : last), null);
