/** Set by `pnpm test:long` and `pnpm test:faults --long`: suites with smaller counts for every day take the promised ones. */
export const LONG = process.env.FAULTS === "long";
/** Set by `pnpm test:board --long`, for the figures of the page. */
export const LONG_BOARD = process.env.BOARD === "long";

/** The number of random inputs for a property: `usual` in `check`, a hundred times that in `test:long`. */
export const runs = (usual: number): number => (LONG ? 100 * usual : usual);
