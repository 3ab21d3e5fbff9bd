import { batch, signal } from "@preact/signals";
import { tv } from "./tv.ts";

/** The number of rows that a list of the live page has room for on the TV, where lists do not scroll. */
const rows = signal(Number.POSITIVE_INFINITY);
/** True if the names of agents have room below the lists; otherwise agents are only counted. */
export const hasRoomForNames = signal(true);

/**
 * The number of rows that a list shows: at most `most`, and on the TV only as many as have room, together
 * with the line that counts the others.
 */
export function rowsShown(count: number, most: number): number {
  if (!tv.value) return Math.min(count, most);
  const room = Math.min(most, rows.value);
  return count <= room ? count : Math.max(1, room - 1);
}

/** The number of all rows of each list. */
const wanted = { queues: 0, waiting: 0 };

/**
 * Stores how many rows a list has and measures the room again. Lists have priority: names are shown only if
 * every row has room beside them. Both the counts and the names are laid out; one of them is invisible and
 * takes no room.
 */
export function measureRoom(list?: keyof typeof wanted, count = 0): void {
  if (list) wanted[list] = count;
  if (!tv.peek()) return;
  const row = find(".columns tbody tr");
  const body = find(".columns tbody");
  const lists = find(".columns");
  if (!row || !body || !lists) return;
  const heightOf = (selector: string) => find(selector)?.height ?? 0;
  const [counts, names] = [heightOf(".agent-counts"), heightOf(".agents-strip dl")];
  const shown = hasRoomForNames.peek() ? names : counts;
  // a row that lacks one pixel still fits: the difference is rounding
  const rowsBeside = (strip: number) =>
    Math.floor((lists.bottom + shown - strip - body.top + 1) / row.height);
  const most = Math.max(wanted.queues, wanted.waiting);
  batch(() => {
    hasRoomForNames.value = rowsBeside(names) >= most;
    rows.value = rowsBeside(hasRoomForNames.peek() ? names : counts);
  });
}

const find = (selector: string): DOMRect | undefined =>
  document.querySelector(selector)?.getBoundingClientRect();

addEventListener("resize", () => measureRoom());
