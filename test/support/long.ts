/**
 * Set by `pnpm test:long` and `pnpm test:faults --long`. Suites with smaller counts for daily runs then use
 * the promised ones.
 */
export const LONG = process.env.FAULTS === "long";
/** Set by `pnpm test:board --long`, for the figures of the page. */
export const LONG_BOARD = process.env.BOARD === "long";

/** The number of random inputs for a property: `usual` in `check`, a hundred times that in `test:long`. */
export const runs = (usual: number): number => (LONG ? 100 * usual : usual);
