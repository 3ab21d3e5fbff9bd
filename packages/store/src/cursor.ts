import { InvalidCursor, type Page } from "@teravoz/domain";

/** Opaque to the outside: what it holds may change between releases. */
export const writeCursor = (value: string): string => Buffer.from(value).toString("base64url");

/** What `writeCursor` was given. Throws InvalidCursor for anything it never wrote. */
export function readCursor(cursor: string): string {
  const value = Buffer.from(cursor, "base64url").toString();
  if (value === "" || writeCursor(value) !== cursor) throw new InvalidCursor();
  return value;
}

/** The id a page of calls ended with. */
export function readIdCursor(cursor: string): number {
  const value = readCursor(cursor);
  const id = Number(value);
  if (!Number.isSafeInteger(id) || id < 1 || String(id) !== value) throw new InvalidCursor();
  return id;
}

/** Where a listing of keys goes on: first those of events, then those of what is kept; `after` is the last key, "" for none. */
export type KeysCursor = { of: "events" | "kept"; after: string };

export const writeKeysCursor = ({ of, after }: KeysCursor): string => writeCursor(`${of}:${after}`);

export function readKeysCursor(cursor: string | null): KeysCursor {
  if (cursor === null) return { of: "events", after: "" };
  const [, of, after] = /^(events|kept):(.*)$/s.exec(readCursor(cursor)) ?? [];
  if (of === undefined || after === undefined) throw new InvalidCursor();
  return { of: of as KeysCursor["of"], after };
}

/** A page of calls out of one more than the page may hold. */
export function cutCalls<T extends { id: number }>(calls: T[], limit: number): Page<T> {
  const items = calls.slice(0, limit);
  const last = items.at(-1);
  return { items, next: calls.length > limit && last ? writeCursor(String(last.id)) : null };
}

/** A page out of all events of a call in their order: at most `limit` and `bytes` (their sizes in all), at least one. */
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
