const MAX_TEXT_UNITS = 256;

/** Reads a text that can be stored and shown: 1 to 256 UTF-16 units without a lone surrogate. Anything else is null. */
export const readText = (value: unknown): string | null =>
  typeof value === "string" && value !== "" && value.length <= MAX_TEXT_UNITS && value.isWellFormed()
    ? value
    : null;

/** Reads the name of a queue. Some senders write it as a number. */
export const readQueue = (value: unknown): string | null =>
  readText(Number.isSafeInteger(value) ? String(value) : value);
