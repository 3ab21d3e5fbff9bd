/** Set by `pnpm test:faults --long`: the suites with figures of their own take the counts that are promised, not the scaled ones. */
export const LONG = process.env.FAULTS === "long";
