import { computed, signal } from "@preact/signals";
import type { Call } from "@teravoz/protocol/client";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { order } from "./calls-view.ts";
import { GLOW_MS, isGlowing, rows } from "./listed-calls.ts";
import { ROW_PX, rowAfter, scrollTopFor, type Viewport, visibleRows } from "./visible-rows.ts";

/** The scroll position and the height of the list. */
const scrolled = signal({ top: 0, height: 0, isFast: false });
/** After this time without scrolling, the rows are drawn completely: the user is reading. */
const REST_MS = 100;
const viewport = (): Viewport => ({ ...scrolled.value, count: rows.value?.length ?? 0 });

/** The range of drawn rows: `first` is included, `last` is not. */
export const first = computed(() => visibleRows(viewport()).first);
export const last = computed(() => visibleRows(viewport()).last);
/** True while the list scrolls too fast to be read. */
export const isFast = computed(() => scrolled.value.isFast);

/** The call_id of the current row, from which the keys move. */
export const current = signal<string | null>(null);

type Section = { readonly current: HTMLElement | null };

/** Tracks the scroll position and the height of the list. */
export function useViewport(section: Section): void {
  useLayoutEffect(() => {
    const element = section.current!;
    let resting: ReturnType<typeof setTimeout> | undefined;
    const note = () => {
      const { scrollTop: top, clientHeight: height } = element;
      const isFast = Math.abs(top - scrolled.peek().top) > height;
      scrolled.value = { top, height, isFast };
      clearTimeout(resting);
      if (isFast) resting = setTimeout(note, REST_MS);
    };
    const watch = new ResizeObserver(note);
    watch.observe(element);
    element.addEventListener("scroll", note, { passive: true });
    note();
    return () => {
      clearTimeout(resting);
      watch.disconnect();
      element.removeEventListener("scroll", note);
    };
  }, []);
}

/** Keeps the top row in place while rows are added above it. A list in a new order is shown from its top. */
export function useAnchor(section: Section, all: readonly Call[]): void {
  const anchor = useRef({ id: "", index: 0, order: order.peek() });
  useLayoutEffect(() => {
    const element = section.current!;
    const { id, index, order: ordered } = anchor.current;
    // the position that the rows were drawn for: reading it from the element would force a layout
    let { top: drawnFor } = scrolled.peek();
    const moveBy = (px: number) => {
      element.scrollTop += px;
      drawnFor += px;
    };
    if (ordered !== order.peek()) moveBy(-element.scrollTop);
    else if (drawnFor > 0 && all[index]?.aggregate_id !== id) {
      const moved = all.findIndex(({ aggregate_id }) => aggregate_id === id);
      if (moved >= 0) moveBy((moved - index) * ROW_PX);
    }
    const top = Math.max(0, Math.min(Math.floor(drawnFor / ROW_PX), all.length - 1));
    anchor.current = { id: all[top]!.aggregate_id, index: top, order: order.peek() };
  });
}

/** Arrows, Page Up, Page Down, Home and End move through all rows, drawn or not. */
export function useRowKeys(section: Section): void {
  /** The call_id of the row that gets the focus as soon as it is drawn. */
  const wanted = useRef<string | null>(null);
  const hadFocus = section.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    const element = section.current!;
    const row = wanted.current && rowOf(element, wanted.current);
    if (row) {
      row.focus({ preventScroll: true });
      wanted.current = null;
    } else if (hadFocus && isAway(document.activeElement!)) {
      // the row with the focus was scrolled away, or shows another call: the list takes the focus, so that
      // keys still work
      element.focus({ preventScroll: true });
    }
  });
  useEffect(() => {
    const element = section.current!;
    const focus = ({ target }: FocusEvent) => {
      const id = (target as HTMLElement).closest<HTMLElement>("[data-call]")?.dataset.call;
      if (!id) return;
      if (current.peek()) rowOf(element, current.peek()!)?.setAttribute("tabindex", "-1");
      current.value = id;
      rowOf(element, id)?.setAttribute("tabindex", "0");
    };
    const move = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLButtonElement || event.ctrlKey || event.metaKey || event.altKey) return;
      const id = rowOfKey(event.key, element);
      if (id === null) return;
      event.preventDefault();
      wanted.current = id;
      current.value = id;
      // if the row is drawn already, no drawing follows that would set the focus
      rowOf(element, id)?.focus({ preventScroll: true });
    };
    element.addEventListener("focusin", focus);
    element.addEventListener("keydown", move);
    return () => {
      element.removeEventListener("focusin", focus);
      element.removeEventListener("keydown", move);
    };
  }, []);
}

/**
 * Sets the index of each row and the row that Tab leads to. This is done outside of the rendering, so that
 * rows which only move are not drawn again.
 */
export function useRowPlaces(section: Section): void {
  useLayoutEffect(() => {
    const drawn = section.current!.querySelectorAll<HTMLElement>("[data-call]");
    const isDrawn = current.peek() !== null && rowOf(section.current!, current.peek()!) !== null;
    for (const [n, row] of drawn.entries()) {
      setOnce(row, "aria-rowindex", `${first.peek() + n + 2}`);
      setOnce(row, "tabindex", (isDrawn ? row.dataset.call === current.peek() : n === 0) ? "0" : "-1");
    }
  });
}

/** Marks the calls that have just changed. An animation would cost time in each frame. */
export function useGlow(section: Section): void {
  useLayoutEffect(() => {
    const mark = () => {
      for (const row of section.current!.querySelectorAll<HTMLElement>("[data-call]"))
        row.toggleAttribute("data-changed", isGlowing(row.dataset.call!));
    };
    mark();
    const fading = setTimeout(mark, GLOW_MS);
    return () => clearTimeout(fading);
  });
}

function setOnce(row: HTMLElement, name: string, value: string): void {
  if (row.getAttribute(name) !== value) row.setAttribute(name, value);
}

const isAway = (focused: Element): boolean =>
  focused === document.body ||
  (focused instanceof HTMLElement && "call" in focused.dataset && focused.dataset.call !== current.peek());

const rowOf = (element: HTMLElement, id: string): HTMLElement | null =>
  element.querySelector<HTMLElement>(`[data-call="${CSS.escape(id)}"]`);

/** Scrolls to the row that a key leads to and returns its call_id; null if the key leads to no row. */
function rowOfKey(key: string, element: HTMLElement): string | null {
  const all = rows.peek() ?? [];
  const from = all.findIndex(({ aggregate_id }) => aggregate_id === current.peek());
  const place = { top: element.scrollTop, height: element.clientHeight, count: all.length };
  const index = rowAfter(key, Math.max(0, from), place);
  if (index === null) return null;
  element.scrollTop = scrollTopFor(index, place);
  scrolled.value = { top: element.scrollTop, height: element.clientHeight, isFast: false };
  return all[index]!.aggregate_id;
}
