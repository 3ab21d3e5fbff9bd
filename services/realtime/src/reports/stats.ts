import type { CallQueries, RecentCall } from "@teravoz/domain";
import { type Stats, statsQuery } from "@teravoz/protocol";
import { Problem } from "@teravoz/runtime";
import { answerUnavailable, requireToken } from "@teravoz/runtime/http";
import type { Context } from "koa";
import type Router from "koa-router";
import { createSingleFlight } from "../commands/single-flight.ts";
import type { Clock } from "../commands/throttle.ts";
import type { Day } from "./day.ts";

const MINUTE_MS = 60_000;

/** Counts the last `minutes`. Throws the errors of the queries. */
export type CountStats = (minutes: number) => Promise<Stats>;

type Deps = { count: CountStats; tokens: readonly string[] | null; clock: Clock };

/**
 * Adds `GET /stats?minutes=30`, with minutes from 1 to 1,440. Requests that arrive while one is answered share the next
 * answer.
 */
export function addStats(router: Router, deps: Deps): void {
  const share = createSingleFlight<Stats>(deps.clock);
  router.get("/stats", requireToken(deps.tokens), answerUnavailable, async (ctx) => {
    const minutes = readMinutes(ctx);
    ctx.set("Cache-Control", "no-store");
    ctx.body = await share(String(minutes), () => deps.count(minutes));
  });
}

function readMinutes({ query }: Context): number {
  const read = statsQuery.safeParse(query);
  if (read.success) return read.data.minutes;
  throw new Problem(
    400,
    read.error.issues.map(({ path, message }) => ({ path: path.join("/"), message })),
  );
}

/** Creates CountStats. `now` returns ms since the epoch. */
export const createCountStats =
  (deps: {
    queries: Pick<CallQueries, "countEvents">;
    day: Pick<Day, "calls">;
    now: () => number;
  }): CountStats =>
  async (minutes) => {
    const since = deps.now() - minutes * MINUTE_MS;
    // the last of these minutes has just begun
    const [events, calls] = await Promise.all([
      deps.queries.countEvents(new Date(since + 1)),
      deps.day.calls(),
    ]);
    return { minutes, events, calls: countByState(calls, since) };
  };

function countByState(calls: Iterable<RecentCall>, since: number): Stats["calls"] {
  const counts: Stats["calls"] = {};
  for (const { state, updated_at } of calls)
    if (updated_at.getTime() >= since) counts[state] = (counts[state] ?? 0) + 1;
  return counts;
}
