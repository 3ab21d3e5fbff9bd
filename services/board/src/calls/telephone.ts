import { effect, signal } from "@preact/signals";
import { page, query } from "../base/route.ts";
import { ask, connection } from "../base/socket.ts";

/** A number as the server reads it: the one form of all its spellings, and how people read it. */
export type Telephone = { canonical: string; display: string };

/** The number in the address; null where nobody is named there, "unknown" until the server has said so. */
export const telephone = signal<Telephone | null | "unknown">("unknown");

/** With fewer digits it is an extension or a queue. */
const FEWEST_DIGITS = 8;

/** Whether a number has a page of its own: an extension is of too many calls. */
export const hasPage = (canonical: string): boolean => canonical.replace("+", "").length >= FEWEST_DIGITS;

/** The number in the address that has a page; null where there is none. */
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
