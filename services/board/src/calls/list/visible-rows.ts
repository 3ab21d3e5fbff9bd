/** All rows are as high, the head included: so it is known where each is without drawing it. */
export const ROW_PX = 32;

/** Drawn beyond what is seen, on either side: a wheel's turn finds them there. */
const SPARE = 8;
/** Rows come and go so many at a time: fewer changes of the page than frames. */
const STEP = 4;
/** No screen is higher: where the list has no height of its own, not all of it is drawn. */
const HIGHEST_PX = 4_000;

/**
 * Where a list stands: pixels that are scrolled past, pixels that are seen (with the head that stays on top), and its rows; whether it
 * is scrolled so fast that there is nothing left of what was seen before.
 */
export type Viewport = { top: number; height: number; count: number; isFast?: boolean };

/** The rows to draw: from first up to, but not with, last. */
export function visibleRows({ top, height, count, isFast }: Viewport): { first: number; last: number } {
  // what is beyond would be passed before it is seen
  const spare = isFast ? 0 : SPARE;
  const seen = Math.ceil(Math.min(height, HIGHEST_PX) / ROW_PX);
  const at = Math.max(0, Math.min(Math.floor(top / ROW_PX), count - seen));
  const first = Math.max(0, Math.floor(at / STEP) * STEP - spare);
  return { first, last: Math.min(count, first + seen + 2 * spare + STEP) };
}

/** How far to scroll so that a row is seen whole, below the head; not at all where it is. */
export function scrollTopFor(index: number, { top, height }: Viewport): number {
  const highest = index * ROW_PX;
  const lowest = highest + 2 * ROW_PX - height;
  return Math.max(0, Math.min(highest, Math.max(top, lowest)));
}

/** The row a key leads to from another; null for a key that leads nowhere. */
export function rowAfter(key: string, index: number, { height, count }: Viewport): number | null {
  const page = Math.max(1, Math.floor(height / ROW_PX) - 2);
  const steps: Record<string, number> = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    PageDown: index + page,
    PageUp: index - page,
    Home: 0,
    End: count - 1,
  };
  const wanted = Object.hasOwn(steps, key) ? steps[key]! : null;
  return wanted === null || count === 0 ? null : Math.max(0, Math.min(count - 1, wanted));
}

/**
 * Which drawn row shows which: who was seen before keeps its row, who comes takes one that is left over, so that rows get other texts
 * instead of being made and thrown away, and where all are other ones, none is moved. The answer has a slot for each of the ids, in their
 * order.
 */
export function createSlots(): (ids: readonly string[]) => number[] {
  let held = new Map<string, number>();
  return (ids) => {
    const stays = new Set(ids);
    const free = [...held].filter(([id]) => !stays.has(id)).map(([, slot]) => slot);
    let unused = Math.max(-1, ...held.values()) + 1;
    held = new Map(ids.map((id) => [id, held.get(id) ?? free.shift() ?? unused++]));
    return [...held.values()];
  };
}
