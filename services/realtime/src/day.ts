import {
  type Call,
  type CallQueries,
  ON_BOARD_MS,
  type Presence,
  type RecentCall,
  recentPart,
} from "@teravoz/domain";
import { createFollowed } from "./followed.ts";

const SWEEP_MS = 60_000;

/** What the numbers of the board are counted from, the calls of the last 25 hours and the agents, kept as they change. */
export type Day = {
  /** Calls as just read from the store, and the ids of those that are gone for good. */
  changed(calls: readonly Call[], erased: readonly string[]): void;
  /** As `changed`, of agents. */
  agentsChanged(presences: readonly Presence[], gone: readonly string[]): void;
  /** Something may have been missed: the next question reads everything again. */
  forget(): void;
  /** Read from the store at the first question; from then on as new as the changes they were given. Throw what the queries throw. */
  calls(): Promise<Iterable<RecentCall>>;
  presences(): Promise<Iterable<Presence>>;
};

/** `now` in ms since the epoch. */
export function createDay({
  queries,
  now,
}: {
  queries: Pick<CallQueries, "listRecentCalls" | "listPresences">;
  now: () => number;
}): Day {
  const calls = createFollowed({
    read: () => queries.listRecentCalls(new Date(now() - ON_BOARD_MS)),
    keyOf: ({ aggregate_id }: RecentCall) => aggregate_id,
  });
  const agents = createFollowed({
    read: () => queries.listPresences(),
    keyOf: ({ agent }: Presence) => agent,
  });
  let sweptAt = now();
  const sweep = (kept: Map<string, RecentCall>) => {
    if (now() - sweptAt < SWEEP_MS) return;
    sweptAt = now();
    for (const [key, { updated_at }] of kept)
      if (sweptAt - updated_at.getTime() > ON_BOARD_MS) kept.delete(key);
  };
  return {
    changed: (changed, erased) => calls.changed(changed.map(recentPart), erased),
    agentsChanged: agents.changed,
    forget() {
      calls.forget();
      agents.forget();
    },
    async calls() {
      const kept = await calls.all();
      sweep(kept);
      return kept.values();
    },
    presences: async () => (await agents.all()).values(),
  };
}
