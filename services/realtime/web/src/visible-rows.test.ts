import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { ROW_PX, rowAfter, scrollTo, visibleRows } from "./visible-rows.ts";

const HEIGHT = 600;
const anyViewport = fc
  .record({ count: fc.integer({ min: 0, max: 60_000 }), height: fc.integer({ min: 0, max: 3_000 }) })
  .chain(({ count, height }) => {
    const farthest = Math.max(0, (count + 1) * ROW_PX - height);
    return fc.integer({ min: 0, max: farthest }).map((top) => ({ top, height, count }));
  });

test("whatever is seen is drawn, and little else", () => {
  fc.assert(
    fc.property(anyViewport, (viewport) => {
      const { first, last } = visibleRows(viewport);
      const { top, height, count } = viewport;
      const seenFirst = Math.max(0, Math.floor((top - ROW_PX) / ROW_PX));
      const seenLast = Math.min(count, Math.ceil((top + height) / ROW_PX) - 1);
      expect(first).toBeGreaterThanOrEqual(0);
      expect(last).toBeLessThanOrEqual(count);
      if (count > 0) expect(first).toBeLessThan(last);
      if (seenFirst < count) expect(first).toBeLessThanOrEqual(seenFirst);
      expect(last).toBeGreaterThanOrEqual(seenLast);
      expect(last - first).toBeLessThanOrEqual(height / ROW_PX + 22);
    }),
  );
});

test("a list without a height of its own is not drawn whole", () => {
  const { first, last } = visibleRows({ top: 0, height: 50_000 * ROW_PX, count: 50_000 });
  expect(last - first).toBeLessThan(200);
});

test("a list that has become shorter is drawn at its end", () => {
  expect(visibleRows({ top: 1_000_000, height: HEIGHT, count: 30 }).last).toBe(30);
  expect(visibleRows({ top: 1_000_000, height: HEIGHT, count: 0 })).toEqual({ first: 0, last: 0 });
});

test("a row is scrolled to only where it is not seen whole, and then just so far", () => {
  const viewport = { top: 3_200, height: HEIGHT, count: 50_000 };
  expect(scrollTo(105, viewport)).toBe(3_200);
  expect(scrollTo(99, viewport)).toBe(99 * ROW_PX);
  expect(scrollTo(200, viewport)).toBe(202 * ROW_PX - HEIGHT);
  expect(scrollTo(0, viewport)).toBe(0);
});

test("a row that was scrolled to is among those drawn", () => {
  fc.assert(
    fc.property(anyViewport, fc.nat(), (viewport, n) => {
      const index = n % Math.max(1, viewport.count);
      const { first, last } = visibleRows({ ...viewport, top: scrollTo(index, viewport) });
      if (viewport.count > 0) expect(index >= first && index < last).toBe(true);
    }),
  );
});

test.each([
  ["ArrowDown", 10, 11],
  ["ArrowDown", 99, 99],
  ["ArrowUp", 10, 9],
  ["ArrowUp", 0, 0],
  ["PageDown", 10, 26],
  ["PageDown", 95, 99],
  ["PageUp", 10, 0],
  ["Home", 50, 0],
  ["End", 50, 99],
  ["x", 50, null],
  ["constructor", 50, null],
])("%s leads from row %s to %s of 100", (key, from, to) => {
  expect(rowAfter(key, from, { top: 0, height: HEIGHT, count: 100 })).toBe(to);
});

test("no key leads anywhere in an empty list", () => {
  expect(rowAfter("End", 0, { top: 0, height: HEIGHT, count: 0 })).toBeNull();
});
