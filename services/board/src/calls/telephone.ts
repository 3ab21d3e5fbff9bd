import { effect, signal } from "@preact/signals";
import { canBePerson } from "@teravoz/domain/telephone";
import type { Telephone } from "@teravoz/protocol/client";
import { page, query } from "../base/route.ts";
import { ask, connection } from "../base/socket.ts";

/** The number in the address; null if there is none, "unknown" until the server has answered. */
export const telephone = signal<Telephone | null | "unknown">("unknown");

/** Returns the number in the address if it has a page. An extension has none (null): it is part of too many calls. */
export function telephoneWithPage(): Telephone | null {
  const known = telephone.value;
  return known !== null && known !== "unknown" && canBePerson(known.canonical) ? known : null;
}

async function read(asked: string): Promise<void> {
  const answer = await ask("ShowNumber", { number: asked });
  if (answer && query.peek() === asked) telephone.value = answer.status === "Ok" ? answer.data : null;
}

effect(() => {
  telephone.value = query.value === "" ? null : "unknown";
});
effect(() => {
  const isAsked = page.value === "number" || page.value === "calls";
  if (isAsked && query.value !== "" && connection.value.status === "live") void read(query.value);
});
