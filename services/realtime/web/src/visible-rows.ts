/** All rows are as high, the head included: so it is known where each is without drawing it. */
export const ROW_PX = 32;

/** Drawn beyond what is seen, on either side: a wheel's turn finds them there. */
const SPARE = 8;
/** Rows come and go so many at a time: fewer changes of the page than frames. */
const STEP = 4;
/** No screen is higher: where the list has no height of its own, not all of it is drawn. */
const HIGHEST_PX = 4_000;

/** Where a list stands: pixels that are scrolled past, pixels that are seen (with the head that stays on top), and its rows. */
export type Viewport = { top: number; height: number; count: number };

/** The rows to draw: from first up to, but not with, last. */
export function visibleRows({ top, height, count }: Viewport): { first: number; last: number } {
  const seen = Math.ceil(Math.min(height, HIGHEST_PX) / ROW_PX);
  const at = Math.max(0, Math.min(Math.floor(top / ROW_PX), count - seen));
  const first = Math.max(0, Math.floor(at / STEP) * STEP - SPARE);
  return { first, last: Math.min(count, first + seen + 2 * SPARE + STEP) };
}

/** How far to scroll so that a row is seen whole, below the head; not at all where it is. */
export function scrollTo(index: number, { top, height }: Viewport): number {
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
