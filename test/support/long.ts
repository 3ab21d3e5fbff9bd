/** Set by `pnpm test:long` and `pnpm test:faults --long`: suites with smaller counts for every day take the promised ones. */
export const LONG = process.env.FAULTS === "long";
/** Set by `pnpm test:board --long`, for the figures of the page. */
export const LONG_BOARD = process.env.BOARD === "long";

/** How many random inputs a property is tried with: `usual` in the checks before a commit, fifty times that in `pnpm test:long`. */
export const runs = (usual: number): number => (LONG ? 50 * usual : usual);
