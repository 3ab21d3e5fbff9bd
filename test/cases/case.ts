import { readFileSync } from "node:fs";
import { join } from "node:path";

/** One POST of a case: a body with placeholders, or its text. */
export type CaseEvent = Record<string, unknown> & {
  /** The body as text, in place of the fields. */
  $raw?: string;
  /** Copies that are sent in parallel (default 1). */
  $times?: number;
};

/** Events that a call centre sends, and what the board must show after them. Texts hold placeholders: see `values.ts`. */
export type Case = {
  id: string;
  title: string;
  events: readonly CaseEvent[];
  /** Commands of the socket, or names of views over their answers (`views.ts`). */
  query: readonly string[];
  /** A part of what each view must hold; null = the view has no such row. */
  expected: Readonly<Record<string, unknown>>;
  /** T is so many seconds ago; negative = ahead. */
  ago?: number;
  /** T is the last midnight. */
  base?: "midnight";
};

const FILE = join(import.meta.dirname, "cases.json");

/** The cases of the fixture that have events. Cases in prose are tested in other suites. */
export function readCases(): Case[] {
  const all: (Case | Omit<Case, "events">)[] = JSON.parse(readFileSync(FILE, "utf8"));
  return all.filter((each): each is Case => "events" in each);
}
