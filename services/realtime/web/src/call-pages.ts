import type { Call } from "./calls.ts";
import { askedPeriod } from "./calls-view.ts";
import { ask, link } from "./live.ts";
import type { Params } from "./questions.ts";

/** Where a reading goes on: what is asked for, and the cursor of the page before (null = from the newest on). */
export type Place = { params: Params; cursor: string | null };

/** Some 3 MB: a browser reads it within a frame or two, and the rows before can be scrolled meanwhile. */
const PAGE = 2_500;
/** The server is there and its database is not: ask again this often. */
const RETRY_MS = 2_000;

/**
 * Page by page all calls of these places, and where it goes on after each. Ends where `goesOn` says no more or the connection
 * breaks: who sees it come back begins anew.
 */
export async function* pagesFrom(
  places: readonly Place[],
  goesOn: () => boolean,
): AsyncGenerator<{ calls: readonly Call[]; left: readonly Place[] }> {
  let left = places;
  while (left.length > 0 && goesOn()) {
    const [{ params, cursor }, ...others] = left as [Place, ...Place[]];
    const answer = await ask<Call[]>("ListCalls", { params, ...askedPeriod.peek(), limit: PAGE, cursor });
    if (!answer || link.peek().status !== "live" || !goesOn()) return;
    if (answer.status === "Failed") {
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      continue;
    }
    left = answer.next ? [{ params, cursor: answer.next }, ...others] : others;
    yield { calls: answer.data, left };
  }
}
