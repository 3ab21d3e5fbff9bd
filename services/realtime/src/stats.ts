import type { CallQueries, CallState, RecentCall } from "@teravoz/domain";
import { Problem } from "@teravoz/runtime";
import { answerUnavailable, requireToken } from "@teravoz/runtime/http";
import type { Context } from "koa";
import type Router from "koa-router";
import type { Day } from "./day.ts";
import { MAX_MINUTES, STATS_MINUTES } from "./protocol.ts";
import { createSingleFlight } from "./single-flight.ts";
import type { Clock } from "./throttle.ts";

const MINUTE_MS = 60_000;

export type Stats = {
  minutes: number;
  /** Events stored in these minutes, the one that goes on included, by type. */
  events: Record<string, number>;
  /** Calls that had an event since, by state. */
  calls: Partial<Record<CallState, number>>;
};

/** Of so many minutes until now. Throws what the queries throw. */
export type CountStats = (minutes: number) => Promise<Stats>;

type Deps = { count: CountStats; tokens: readonly string[] | null; clock: Clock };

/** `GET /stats?minutes=30`: from 1 to 1,440. Who asks while another does shares the next answer. */
export function addStats(router: Router, deps: Deps): void {
  const share = createSingleFlight<Stats>(deps.clock);
  router.get("/stats", requireToken(deps.tokens), answerUnavailable, async (ctx) => {
    const minutes = readMinutes(ctx);
    ctx.set("Cache-Control", "no-store");
    ctx.body = await share(String(minutes), () => deps.count(minutes));
  });
}

function readMinutes({ query }: Context): number {
  const { minutes = String(STATS_MINUTES) } = query;
  const value = typeof minutes === "string" && /^\d{1,4}$/.test(minutes) ? Number(minutes) : 0;
  if (value >= 1 && value <= MAX_MINUTES) return value;
  throw new Problem(400, [{ path: "minutes", message: `must be a whole number from 1 to ${MAX_MINUTES}` }]);
}

/** `now` in ms since the epoch. */
export const createCountStats =
  (deps: {
    queries: Pick<CallQueries, "countEvents">;
    day: Pick<Day, "calls">;
    now: () => number;
  }): CountStats =>
  async (minutes) => {
    const since = deps.now() - minutes * MINUTE_MS;
    // whole minutes, of which the last has just begun
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
