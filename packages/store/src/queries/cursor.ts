import { type Call, type CallOrder, InvalidCursor, type Page } from "@teravoz/domain";

/** Makes an opaque cursor. Its contents may change between releases. */
export const writeCursor = (value: string): string => Buffer.from(value).toString("base64url");

/** Reads the value that `writeCursor` was given. Throws InvalidCursor for any other text. */
export function readCursor(cursor: string): string {
  const value = Buffer.from(cursor, "base64url").toString();
  if (value === "" || writeCursor(value) !== cursor) throw new InvalidCursor();
  return value;
}

/** The last call of a page: its id and, in the order of `began_at`, its beginning. */
export type CallsCursor = { id: number; began_at: Date | null };

const writeCallsCursor = ({ id, began_at }: Pick<Call, "id" | "began_at">, order: CallOrder): string =>
  writeCursor(order === "began_at" ? `${began_at.getTime()}/${id}` : `${id}`);

/** Reads the cursor of a page of calls. Throws InvalidCursor also for a cursor of the other order. */
export function readCallsCursor(cursor: string, order: CallOrder): CallsCursor {
  const [, ms, id] = /^(?:(0|[1-9]\d{0,15})\/)?([1-9]\d{0,15})$/.exec(readCursor(cursor)) ?? [];
  const began_at = ms === undefined ? null : new Date(Number(ms));
  const isOfOrder = (began_at !== null) === (order === "began_at");
  if (!isOfOrder || !Number.isSafeInteger(Number(id)) || Number.isNaN(Number(began_at)))
    throw new InvalidCursor();
  return { id: Number(id), began_at };
}

/**
 * The place where a listing of keys continues: first keys of events, then keys of stored calls. `after` is the last
 * key, or "".
 */
export type KeysCursor = { of: "events" | "kept"; after: string };

export const writeKeysCursor = ({ of, after }: KeysCursor): string => writeCursor(`${of}:${after}`);

export function readKeysCursor(cursor: string | null): KeysCursor {
  if (cursor === null) return { of: "events", after: "" };
  const [, of, after] = /^(events|kept):(.*)$/s.exec(readCursor(cursor)) ?? [];
  if (of === undefined || after === undefined) throw new InvalidCursor();
  return { of: of as KeysCursor["of"], after };
}

/** Makes a page of calls. `calls` has one more than the page may hold if there is a next page. */
export function cutCalls(calls: Call[], limit: number, order: CallOrder = "id"): Page<Call> {
  const items = calls.slice(0, limit);
  const last = items.at(-1);
  return { items, next: calls.length > limit && last ? writeCallsCursor(last, order) : null };
}

/**
 * Makes a page out of all events of a call in their order: at most `limit` events and `bytes` in all, but at least one
 * event.
 */
export function cutEvents<T extends { uuid: string; bytes: number }>(
  ordered: readonly T[],
  page: { limit: number; bytes: number; cursor: string | null },
): Page<T> {
  const start = page.cursor === null ? 0 : placeAfter(ordered, readCursor(page.cursor));
  let end = start;
  let bytes = 0;
  while (end < ordered.length && end - start < page.limit) {
    bytes += ordered[end]!.bytes;
    if (bytes > page.bytes && end > start) break;
    end += 1;
  }
  const last = ordered[end - 1];
  return {
    items: ordered.slice(start, end),
    next: end < ordered.length && last ? writeCursor(last.uuid) : null,
  };
}

function placeAfter(ordered: readonly { uuid: string }[], uuid: string): number {
  const place = ordered.findIndex((event) => event.uuid === uuid);
  if (place < 0) throw new InvalidCursor();
  return place + 1;
}
