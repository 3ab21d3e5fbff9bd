/** Set by `pnpm test:faults --long`: the suites with figures of their own take the counts that are promised, not the scaled ones. */
export const LONG = process.env.FAULTS === "long";
/** Set by `pnpm test:board --long`, for the figures of the page. */
export const LONG_BOARD = process.env.BOARD === "long";
