import { effect, signal } from "@preact/signals";
import { page, query } from "../base/route.ts";
import { ask, connection } from "../base/socket.ts";

/**
 * A number as the server reads it: `canonical` is the one form of all its spellings, `display` the form
 * for people.
 */
export type Telephone = { canonical: string; display: string };

/** The number in the address; null if there is none, "unknown" until the server has answered. */
export const telephone = signal<Telephone | null | "unknown">("unknown");

/** A number with fewer digits is an extension or a queue. */
const FEWEST_DIGITS = 8;

/** Whether a number has a page of its own. An extension has none: it is part of too many calls. */
export const hasPage = (canonical: string): boolean => canonical.replace("+", "").length >= FEWEST_DIGITS;

/** The number in the address if it has a page of its own, otherwise null. */
export function telephoneWithPage(): Telephone | null {
  const known = telephone.value;
  return known !== null && known !== "unknown" && hasPage(known.canonical) ? known : null;
}

async function read(asked: string): Promise<void> {
  const answer = await ask<Telephone | null>("ShowNumber", { number: asked });
  if (answer && query.peek() === asked) telephone.value = answer.status === "Ok" ? answer.data : null;
}

effect(() => {
  telephone.value = query.value === "" ? null : "unknown";
});
effect(() => {
  const isAsked = page.value === "number" || page.value === "calls";
  if (isAsked && query.value !== "" && connection.value.status === "live") void read(query.value);
});
