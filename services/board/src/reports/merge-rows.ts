const collator = new Intl.Collator("en", { numeric: true });

/**
 * Applies changed and removed rows to the rows of a report, which are sorted by name. A row without a name
 * comes last.
 */
export function mergeRows<T>(
  before: readonly T[],
  changed: readonly T[],
  gone: readonly (string | null)[],
  nameOf: (row: T) => string | null,
): T[] {
  const rows = new Map(before.map((row) => [nameOf(row), row]));
  const isNew = changed.some((row) => !rows.has(nameOf(row)));
  for (const row of changed) rows.set(nameOf(row), row);
  for (const name of gone) rows.delete(name);
  const all = [...rows.values()];
  return isNew ? all.sort((one, other) => compare(nameOf(one), nameOf(other))) : all;
}

const compare = (one: string | null, other: string | null): number =>
  one === null || other === null
    ? Number(one === null) - Number(other === null)
    : collator.compare(one, other);
