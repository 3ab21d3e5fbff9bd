const MAX_TEXT_UNITS = 256;

/** A string worth showing: not empty, not longer than 256 UTF-16 units, no lone surrogate (it could not be stored as it is); else null. */
export const readText = (value: unknown): string | null =>
  typeof value === "string" && value !== "" && value.length <= MAX_TEXT_UNITS && value.isWellFormed()
    ? value
    : null;

/** A queue's name: some senders write it as a number. */
export const readQueue = (value: unknown): string | null =>
  readText(Number.isSafeInteger(value) ? String(value) : value);
