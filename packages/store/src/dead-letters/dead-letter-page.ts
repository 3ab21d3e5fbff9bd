import { createHash } from "node:crypto";
import { type ArrivedDeadLetter, type DeadLetter, InvalidCursor, type Page } from "@teravoz/domain";
import { readCursor, writeCursor } from "../queries/cursor.ts";

/** The place after which a listing of dead letters continues. They are ordered by first_seen, then by id. */
export type DeadLetterCursor = { first_seen: Date; id: string };

export const deadLetterId = ({ body }: Pick<ArrivedDeadLetter, "body">): string =>
  createHash("sha256").update(body).digest("hex");

/** Makes a page. `deadLetters` has one more than the page may hold if there is a next page. */
export function cutDeadLetters(deadLetters: DeadLetter[], limit: number): Page<DeadLetter> {
  const items = deadLetters.slice(0, limit);
  const last = items.at(-1);
  return { items, next: deadLetters.length > limit && last ? writeCursor(textOfCursor(last)) : null };
}

const textOfCursor = ({ first_seen, id }: DeadLetterCursor) => `${first_seen.getTime()}:${id}`;

/** Reads the place of the last dead letter of a page. Throws InvalidCursor if the cursor is invalid. */
export function readDeadLetterCursor(cursor: string): DeadLetterCursor {
  const [, ms, id] = /^(\d{1,14}):([0-9a-f]{64})$/.exec(readCursor(cursor)) ?? [];
  if (ms === undefined || id === undefined) throw new InvalidCursor();
  return { first_seen: new Date(Number(ms)), id };
}

/** Compares two dead letters for a list that begins with the newest. */
export function newestFirst(one: DeadLetterCursor, other: DeadLetterCursor): number {
  const apart = other.first_seen.getTime() - one.first_seen.getTime();
  if (apart !== 0) return apart;
  return one.id === other.id ? 0 : one.id > other.id ? -1 : 1;
}
