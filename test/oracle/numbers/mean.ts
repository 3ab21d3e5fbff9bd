/** Returns the rounded mean, null without values. */
export function mean(values: readonly number[]): number | null {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length === 0 ? null : Math.round(sum / values.length);
}

/**
 * Returns the 90th percentile by nearest rank: the smallest value that at least 90 % of the values do not exceed. Null
 * without values.
 */
export function p90(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  for (const [n, value] of sorted.entries()) if ((n + 1) * 10 >= sorted.length * 9) return value;
  return null;
}
