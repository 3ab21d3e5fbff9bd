/** All rows, the header included, have this height, so the position of a row is known without drawing it. */
export const ROW_PX = 32;

/** The rows that are drawn beyond the visible ones on either side, so that a turn of the wheel shows no gap. */
const SPARE = 8;
/** Rows are added and removed in steps of this many, so that not every frame changes the page. */
const STEP = 4;
/** No screen is higher than this. It limits the drawn rows if the list has no limited height. */
const HIGHEST_PX = 4_000;

/**
 * The state of a list: pixels above the visible part, visible pixels (the sticky header included), the
 * number of rows, and whether it scrolls by more than its height at once.
 */
export type Viewport = { top: number; height: number; count: number; isFast?: boolean };

/** The rows to draw: `first` is included, `last` is not. */
export function visibleRows({ top, height, count, isFast }: Viewport): { first: number; last: number } {
  // during fast scrolling, rows beyond the visible ones are passed before they can be read
  const spare = isFast ? 0 : SPARE;
  const seen = Math.ceil(Math.min(height, HIGHEST_PX) / ROW_PX);
  const at = Math.max(0, Math.min(Math.floor(top / ROW_PX), count - seen));
  const first = Math.max(0, Math.floor(at / STEP) * STEP - spare);
  return { first, last: Math.min(count, first + seen + 2 * spare + STEP) };
}

/**
 * The scroll position at which a row is completely visible below the header. It is the current position if the row is
 * already visible.
 */
export function scrollTopFor(index: number, { top, height }: Viewport): number {
  const highest = index * ROW_PX;
  const lowest = highest + 2 * ROW_PX - height;
  return Math.max(0, Math.min(highest, Math.max(top, lowest)));
}

/** The row that a key leads to; null for a key that leads to no row. */
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
 * Creates a function that assigns a row element (slot) to each call. A call that stays visible keeps its
 * slot; a new call takes a free slot. Row elements get other texts instead of being created and removed. The
 * result has a slot for each of the ids, in their order.
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
