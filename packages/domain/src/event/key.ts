export const MAX_KEY_UNITS = 128;
const CONTROL = /\p{Cc}/u;

/**
 * Returns whether a text can be the key of an event: 1 to 128 UTF-16 units, well formed, without control characters.
 */
export const isKey = (key: string): boolean =>
  key.length > 0 && key.length <= MAX_KEY_UNITS && key.isWellFormed() && !CONTROL.test(key);
