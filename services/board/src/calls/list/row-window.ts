import { computed, signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Call } from "../../model/call.ts";
import { order } from "./calls-view.ts";
import { GLOW_MS, isGlowing, rows } from "./listed-calls.ts";
import { ROW_PX, rowAfter, scrollTopFor, type Viewport, visibleRows } from "./visible-rows.ts";

/** How far the list is scrolled, and how high it is. */
const scrolled = signal({ top: 0, height: 0, isFast: false });
/** Whoever has not scrolled for so long reads. */
const REST_MS = 100;
const viewport = (): Viewport => ({ ...scrolled.value, count: rows.value?.length ?? 0 });

/** The rows that are drawn: from first up to, but not with, last. */
export const first = computed(() => visibleRows(viewport()).first);
export const last = computed(() => visibleRows(viewport()).last);
/** Whether it goes by so fast that nobody reads it. */
export const isFast = computed(() => scrolled.value.isFast);

/** The call_id of the row the keyboard is at. */
export const current = signal<string | null>(null);

type Section = { readonly current: HTMLElement | null };

/** Keeps in mind where the list stands on the screen. */
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

/** Who reads further down goes on reading there, whatever comes in above; another order is read from its top. */
export function useAnchor(section: Section, all: readonly Call[]): void {
  const anchor = useRef({ id: "", index: 0, order: order.peek() });
  useLayoutEffect(() => {
    const element = section.current!;
    const { id, index, order: ordered } = anchor.current;
    // what was drawn for it: asking the element would lay out everything, for nothing where it stays
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

/** Arrows, pages, Home and End move through all rows, drawn or not. */
export function useRowKeys(section: Section): void {
  /** The row that is to have the focus as soon as it is drawn. */
  const wanted = useRef<string | null>(null);
  const hadFocus = section.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    const element = section.current!;
    const row = wanted.current && rowOf(element, wanted.current);
    if (row) {
      row.focus({ preventScroll: true });
      wanted.current = null;
    } else if (hadFocus && isAway(document.activeElement!)) {
      // the row that had it was scrolled away, or shows another call: keys go on from there
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
      // drawn already: nothing else would be drawn anew
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

/** Which row each is, and the one that Tab leads to: set beside, so that rows which only move are not drawn anew. */
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

/** Calls that changed just now are marked for a moment: not animated, which would cost each frame. */
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

/** Scrolls to the row a key leads to; its call_id, or null where it leads nowhere. */
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
