import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One POST of a case: a body with placeholders, or its text. */
export type CaseEvent = Record<string, unknown> & {
  /** The body as text, instead of the fields. */
  $raw?: string;
  /** Number of copies that are sent in parallel (default 1). */
  $times?: number;
};

/**
 * Events that a call centre sends, and the expected board after them. Texts contain placeholders: see
 * `values.ts`.
 */
export type Case = {
  id: string;
  title: string;
  events: readonly CaseEvent[];
  /** Commands of the socket, or names of views over their answers (`views.ts`). */
  query: readonly string[];
  /** A part of each view's expected content. Null means that the view has no such row. */
  expected: Readonly<Record<string, unknown>>;
  /** Seconds from T until now, negative if T is in the future. */
  ago?: number;
  /** T is the last midnight. */
  base?: "midnight";
};

const FILE = join(import.meta.dirname, "cases.json");

/** The cases of the fixture that have events. Other suites test the cases without events. */
export function readCases(): Case[] {
  const all: (Case | Omit<Case, "events">)[] = JSON.parse(readFileSync(FILE, "utf8"));
  return all.filter((each): each is Case => "events" in each);
}
