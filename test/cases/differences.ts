import { fill, readMoment, unfill, type Values } from "./values.ts";

/**
 * Compares an expected value, which may contain placeholders, with the actual one. Returns each difference as
 * `ListCalls.$C1.actor: expected "$A2", got null`.
 *
 * Objects may have more fields than expected. Arrays must have the expected length. A missing row is null.
 * Times are equal if they are the same instant.
 */
export const findDifferences = (expected: unknown, got: unknown, values: Values): string[] =>
  compare({ path: "", expected, got }, values);

type Compared = { path: string; expected: unknown; got: unknown };

function compare(compared: Compared, values: Values): string[] {
  const { path, expected, got } = compared;
  const parts = partsOf(compared, values);
  if (parts) return parts.flatMap((part) => compare(part, values));
  if (!isObject(expected) && isSame(expected, got, values)) return [];
  return [`${path}: expected ${show(expected, values)}, got ${show(got, values)}`];
}

/** The parts of two values, null if the two are compared as wholes. */
function partsOf({ path, expected, got }: Compared, values: Values): Compared[] | null {
  if (!isObject(expected) || !isObject(got)) return null;
  if (Array.isArray(expected))
    return Array.isArray(got) && got.length === expected.length
      ? expected.map((each, n) => ({ path: `${path}[${n}]`, expected: each, got: got[n] }))
      : null;
  return Object.entries(expected).map(([key, each]) => ({
    path: path === "" ? key : `${path}.${key}`,
    expected: each,
    got: key.startsWith("$") ? (got[fill(key, values)] ?? null) : got[key],
  }));
}

function isSame(expected: unknown, got: unknown, values: Values): boolean {
  if (typeof expected !== "string") return expected === got;
  const moment = readMoment(expected, values);
  if (moment === null) return fill(expected, values) === got;
  return typeof got === "string" && Date.parse(got) === moment;
}

const show = (value: unknown, values: Values): string =>
  value === undefined ? "nothing" : unfill(JSON.stringify(value), values);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
