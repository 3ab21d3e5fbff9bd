/** A span of time from `from`, inclusive, to `to`, exclusive; ms since the epoch. */
export type Window = { from: number; to: number };

export const isIn = ({ from, to }: Window, at: number | null): boolean =>
  at !== null && at >= from && at < to;
