import { effect, signal } from "@preact/signals";
import { createPaced } from "../base/paced.ts";
import { page, query } from "../base/route.ts";
import { ask, changed, connection } from "../base/socket.ts";
import { BY_BEGIN } from "../calls/list/followed-calls.ts";
import type { Call } from "../model/call.ts";
import type { NumberCalls } from "./number-calls.ts";

/** Calls of a page: more than one person has, in almost all cases. */
const PAGE = 100;

/** The calls of the number in the address; "unreadable" where there is nothing to show yet and the server cannot say. */
export const numberCalls = signal<NumberCalls | "loading" | "unreadable">("loading");

/** How many pages are shown. */
const pages = signal(1);

export function showOlder(): void {
  pages.value += 1;
}

const reading = createPaced(async () => {
  const asked = query.peek();
  if (page.peek() !== "number" || asked === "") return true;
  const found = await readPages(asked, pages.peek());
  // the number asked for meanwhile is read next
  if (query.peek() !== asked) return true;
  if (found) numberCalls.value = found;
  else if (numberCalls.peek() === "loading") numberCalls.value = "unreadable";
  return found !== null;
});

/** So many pages of a number's calls, whoever called whom, newest first; null where they cannot be read now. */
async function readPages(number: string, wanted: number): Promise<NumberCalls | null> {
  const calls: Call[] = [];
  let cursor: string | undefined;
  for (let read = 0; read < wanted; read++) {
    const answer = await ask<Call[]>("ListCalls", { params: { number }, ...BY_BEGIN, limit: PAGE, cursor });
    if (answer?.status !== "Ok") return null;
    calls.push(...answer.data);
    cursor = answer.next;
    if (cursor === undefined) break;
  }
  return { calls, more: cursor !== undefined };
}

effect(() => {
  query.value;
  numberCalls.value = "loading";
  pages.value = 1;
});
effect(() => {
  changed.value;
  query.value;
  pages.value;
  if (page.value === "number" && connection.value.status === "live") reading.trigger();
});
