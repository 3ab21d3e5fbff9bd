type Delta<T> = { changed: readonly T[]; gone: readonly (string | null)[] };
type Rows<T> = { nameOf: (row: T) => string | null; compare: (one: T, other: T) => number };

/** Applies changed and removed rows to the rows of a report, which `compare` sorts. */
export function mergeRows<T>(
  before: readonly T[],
  { changed, gone }: Delta<T>,
  { nameOf, compare }: Rows<T>,
): T[] {
  const rows = new Map(before.map((row) => [nameOf(row), row]));
  const isNew = changed.some((row) => !rows.has(nameOf(row)));
  for (const row of changed) rows.set(nameOf(row), row);
  for (const name of gone) rows.delete(name);
  const all = [...rows.values()];
  return isNew ? all.sort(compare) : all;
}
