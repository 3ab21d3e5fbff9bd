import { effect, signal } from "@preact/signals";
import type { Call } from "@teravoz/protocol/client";
import { createPaced } from "../base/paced.ts";
import { page, query } from "../base/route.ts";
import { ask, changed, connection } from "../base/socket.ts";
import { BY_BEGIN } from "../calls/list/followed-calls.ts";
import { WITHOUT_LEGS } from "../model/call.ts";
import type { NumberCalls } from "./number-calls.ts";

/** The number of calls per page: almost all callers have fewer. */
const PAGE = 100;

/**
 * The calls of the number in the address; "unreadable" if the server cannot answer and there is nothing to
 * show yet.
 */
export const numberCalls = signal<NumberCalls | "loading" | "unreadable">("loading");

/** The number of pages that are shown. */
const pages = signal(1);

export function showOlder(): void {
  pages.value += 1;
}

const reading = createPaced(async () => {
  const asked = query.peek();
  if (page.peek() !== "number" || asked === "") return true;
  const found = await readPages(asked, pages.peek());
  // the number has changed meanwhile: the next reading asks for it
  if (query.peek() !== asked) return true;
  if (found) numberCalls.value = found;
  else if (numberCalls.peek() === "loading") numberCalls.value = "unreadable";
  return found !== null;
});

/**
 * Reads this many pages of a number's calls in either direction, the newest first; null if they cannot be
 * read now.
 */
async function readPages(number: string, wanted: number): Promise<NumberCalls | null> {
  const calls: Call[] = [];
  let cursor: string | undefined;
  for (let read = 0; read < wanted; read++) {
    const asked = { params: { number }, ...BY_BEGIN, ...WITHOUT_LEGS };
    const answer = await ask("ListCalls", { ...asked, limit: PAGE, cursor });
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
