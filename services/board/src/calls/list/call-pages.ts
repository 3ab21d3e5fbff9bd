import { ask, connection } from "../../base/socket.ts";
import type { Call } from "../../model/call.ts";
import { askedPeriod } from "./calls-view.ts";
import { askedFilter, BY_BEGIN } from "./followed-calls.ts";

/** Where a reading goes on: the cursor of the page before (null = from the newest on). */
export type Cursor = { cursor: string | null };

/** Some 3 MB: a browser reads it within a frame or two, and the rows before can be scrolled meanwhile. */
const PAGE = 2_500;
/** The server is there and its database is not: ask again this often. */
const RETRY_MS = 2_000;

/**
 * Page by page all calls that the page asks for, from this place on, and where it goes on after each (null = there are no more). Ends
 * where `goesOn` says no more or the connection breaks: who sees it come back begins anew.
 */
export async function* pagesFrom(
  place: Cursor | null,
  goesOn: () => boolean,
): AsyncGenerator<{ calls: readonly Call[]; left: Cursor | null }> {
  let left = place;
  while (left && goesOn()) {
    const asked = { params: askedFilter.peek(), ...askedPeriod.peek(), ...BY_BEGIN };
    const answer = await ask<Call[]>("ListCalls", { ...asked, limit: PAGE, cursor: left.cursor });
    if (!answer || connection.peek().status !== "live" || !goesOn()) return;
    if (answer.status === "Failed") {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      continue;
    }
    left = answer.next ? { cursor: answer.next } : null;
    yield { calls: answer.data, left };
  }
}
