import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { createSlots, ROW_PX, rowAfter, scrollTopFor, visibleRows } from "./visible-rows.ts";

const HEIGHT = 600;
const anyViewport = fc
  .record({ count: fc.integer({ min: 0, max: 60_000 }), height: fc.integer({ min: 0, max: 3_000 }) })
  .chain(({ count, height }) => {
    const farthest = Math.max(0, (count + 1) * ROW_PX - height);
    return fc.integer({ min: 0, max: farthest }).map((top) => ({ top, height, count }));
  });

test("all visible rows are drawn, and few others", () => {
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

test("a list that scrolls fast draws only its visible rows", () => {
  const { first, last } = visibleRows({ top: 10_000, height: HEIGHT, count: 1_000, isFast: true });
  expect(first).toBeLessThanOrEqual(10_000 / ROW_PX);
  expect(last).toBeGreaterThanOrEqual((10_000 + HEIGHT) / ROW_PX - 1);
  expect(last - first).toBeLessThanOrEqual(HEIGHT / ROW_PX + 5);
});

test("a call that stays keeps its slot, a new call takes a free slot, and no slot has two calls", () => {
  const anyIds = fc.uniqueArray(fc.integer({ min: 0, max: 30 }).map(String), { maxLength: 20 });
  fc.assert(
    fc.property(fc.array(anyIds), (views) => {
      const slotsOf = createSlots();
      let [before, most] = [new Map<string, number>(), 0];
      for (const ids of views) {
        const slots = slotsOf(ids);
        most = Math.max(most, ids.length);
        expect(slots).toHaveLength(ids.length);
        expect(new Set(slots).size).toBe(ids.length);
        for (const [n, id] of ids.entries()) if (before.has(id)) expect(slots[n]).toBe(before.get(id));
        const free = [...before].filter(([id]) => !ids.includes(id)).map(([, slot]) => slot);
        const taken = slots.filter((_, n) => !before.has(ids[n]!));
        expect(taken.filter((slot) => free.includes(slot))).toHaveLength(Math.min(free.length, taken.length));
        before = new Map(ids.map((id, n) => [id, slots[n]!]));
      }
    }),
  );
});

test("if all calls are replaced, no slot moves", () => {
  const slotsOf = createSlots();
  expect([slotsOf(["a", "b", "c"]), slotsOf(["d", "e", "f"])]).toEqual([
    [0, 1, 2],
    [0, 1, 2],
  ]);
});

test("a list without a limited height is not drawn completely", () => {
  const { first, last } = visibleRows({ top: 0, height: 50_000 * ROW_PX, count: 50_000 });
  expect(last - first).toBeLessThan(200);
});

test("a list that has become shorter is drawn at its end", () => {
  expect(visibleRows({ top: 1_000_000, height: HEIGHT, count: 30 }).last).toBe(30);
  expect(visibleRows({ top: 1_000_000, height: HEIGHT, count: 0 })).toEqual({ first: 0, last: 0 });
});

test("a list scrolls to a row only if the row is not completely visible, and no further than needed", () => {
  const viewport = { top: 3_200, height: HEIGHT, count: 50_000 };
  expect(scrollTopFor(105, viewport)).toBe(3_200);
  expect(scrollTopFor(99, viewport)).toBe(99 * ROW_PX);
  expect(scrollTopFor(200, viewport)).toBe(202 * ROW_PX - HEIGHT);
  expect(scrollTopFor(0, viewport)).toBe(0);
});

test("a row that the list has scrolled to is drawn", () => {
  fc.assert(
    fc.property(anyViewport, fc.nat(), (viewport, n) => {
      const index = n % Math.max(1, viewport.count);
      const { first, last } = visibleRows({ ...viewport, top: scrollTopFor(index, viewport) });
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

test("no key leads to a row in an empty list", () => {
  expect(rowAfter("End", 0, { top: 0, height: HEIGHT, count: 0 })).toBeNull();
});
