/** A moment in the process, or as JSON writes it: ISO 8601. */
export type Moment = Date | string;

/**
 * A type with its dates as a Date or as text. The rules that services and pages share take such types, because a page
 * keeps thousands of calls in their JSON form.
 */
export type Timed<T> = T extends Date
  ? Moment
  : T extends readonly (infer Each)[]
    ? readonly Timed<Each>[]
    : T extends object
      ? { [Name in keyof T]: Timed<T[Name]> }
      : T;

/** Milliseconds since the epoch. */
export const msOf = (moment: Moment): number =>
  typeof moment === "string" ? Date.parse(moment) : moment.getTime();

export const dateOf = (moment: Moment): Date => (typeof moment === "string" ? new Date(moment) : moment);
