/** Everything of a kind that the store has, kept as it changes. */
export type Followed<T> = {
  /** As just read from the store, and the keys of those that are gone for good. */
  changed(items: readonly T[], gone: readonly string[]): void;
  /** Something may have been missed: the next question reads everything again. */
  forget(): void;
  /** Read at the first question; from then on as new as what `changed` was given. Throws what the reading throws. */
  all(): Promise<Map<string, T>>;
};

type Kept<T> = Map<string, T>;
/** `missed`: what changed since it began; null = gone. */
type Reading<T> = { missed: Map<string, T | null>; kept: Promise<Kept<T>> };

/** `read` gives all there are. */
export function createFollowed<T extends { version: number }>(deps: {
  read: () => Promise<readonly T[]>;
  keyOf: (item: T) => string;
}): Followed<T> {
  const { read, keyOf } = deps;
  let kept: Kept<T> | null = null;
  let reading: Reading<T> | null = null;
  /** The newer version stays: notices and readings overtake each other. */
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
