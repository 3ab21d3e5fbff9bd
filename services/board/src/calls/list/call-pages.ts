import type { Call } from "@teravoz/protocol/client";
import { ask, connection, RETRY_MS } from "../../base/socket.ts";
import { WITHOUT_LEGS } from "../../model/call.ts";
import { askedPeriod } from "./calls-view.ts";
import { askedFilter, BY_BEGIN } from "./followed-calls.ts";

/** The cursor at which the next page begins; null = the newest call. */
export type Cursor = { cursor: string | null };

/** The calls of a page, about 3 MB: a browser parses them in a frame or two, so the list scrolls meanwhile. */
const PAGE = 2_500;

/**
 * Reads the calls that the page of calls lists, in pages from a cursor on. `left` is the cursor of the next
 * page, null after the last one. Ends when `goesOn` returns false or the connection breaks; after a
 * reconnect, begin again.
 */
export async function* pagesFrom(
  place: Cursor | null,
  goesOn: () => boolean,
): AsyncGenerator<{ calls: readonly Call[]; left: Cursor | null }> {
  let left = place;
  while (left && goesOn()) {
    const asked = { params: askedFilter.peek(), ...askedPeriod.peek(), ...BY_BEGIN, ...WITHOUT_LEGS };
    const answer = await ask("ListCalls", { ...asked, limit: PAGE, cursor: left.cursor });
    if (!answer || connection.peek().status !== "live" || !goesOn()) return;
    if (answer.status === "Failed") {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      continue;
    }
    left = answer.next ? { cursor: answer.next } : null;
    yield { calls: answer.data, left };
  }
}
