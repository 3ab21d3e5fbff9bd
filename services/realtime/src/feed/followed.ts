/** All items of one kind in the store, kept up to date. */
export type Followed<T> = {
  /** Takes items just read from the store, and the keys of those that were erased. */
  changed(items: readonly T[], gone: readonly string[]): void;
  /** Discards everything, because changes may have been missed. The next request reads everything again. */
  forget(): void;
  /**
   * Reads the store on the first request; later requests return that reading with all changes since. Throws what `read`
   * throws.
   */
  all(): Promise<Map<string, T>>;
};

type Kept<T> = Map<string, T>;
/** A read in progress. `missed` holds what changed since it began; null = erased. */
type Reading<T> = { missed: Map<string, T | null>; kept: Promise<Kept<T>> };

/** Creates the collection. `read` returns all items of the store. */
export function createFollowed<T extends { version: number }>(deps: {
  read: () => Promise<readonly T[]>;
  keyOf: (item: T) => string;
}): Followed<T> {
  const { read, keyOf } = deps;
  let kept: Kept<T> | null = null;
  let reading: Reading<T> | null = null;
  /** Keeps the newer version, because notices and reads overtake each other. */
  const put = (items: Map<string, T | null>, item: T): void => {
    const known = items.get(keyOf(item));
    if (!known || known.version <= item.version) items.set(keyOf(item), item);
  };
  const merge = (found: readonly T[], missed: Reading<T>["missed"]): Kept<T> => {
    const all: Kept<T> = new Map(found.map((item) => [keyOf(item), item]));
    for (const [key, item] of missed) {
      if (item) put(all, item);
      else all.delete(key);
    }
    return all;
  };
  const begin = (): Reading<T> => {
    const missed: Reading<T>["missed"] = new Map();
    const found = read().then((items) => merge(items, missed));
    const mine: Reading<T> = { missed, kept: found };
    const land = (items: Kept<T> | null) => {
      if (reading !== mine) return;
      kept = items;
      reading = null;
    };
    found.then(land, () => land(null));
    reading = mine;
    return mine;
  };
  return {
    changed(items, gone) {
      for (const item of items) {
        if (kept) put(kept, item);
        if (reading) put(reading.missed, item);
      }
      for (const key of gone) {
        kept?.delete(key);
        reading?.missed.set(key, null);
      }
    },
    forget() {
      kept = null;
      reading = null;
    },
    all: async () => kept ?? (reading ?? begin()).kept,
  };
}
