import {
  type Call,
  type CallQueries,
  ON_BOARD_MS,
  type Presence,
  type RecentCall,
  recentPart,
} from "@teravoz/domain";
import { createFollowed } from "../feed/followed.ts";

const SWEEP_MS = 60_000;

/** The calls of the last 25 hours and the agents, kept up to date. The numbers of the board are counted from them. */
export type Day = {
  /** Takes calls just read from the store, and the ids of those that were erased. */
  changed(calls: readonly Call[], erased: readonly string[]): void;
  /** Same as `changed`, for agents. */
  agentsChanged(presences: readonly Presence[], gone: readonly string[]): void;
  /** Discards everything, because changes may have been missed. The next request reads everything again. */
  forget(): void;
  /**
   * Reads the store on the first request; later requests return that reading with all changes since. Throws what the
   * queries throw.
   */
  calls(): Promise<Iterable<RecentCall>>;
  presences(): Promise<Iterable<Presence>>;
};

/** Creates an empty day. `now` returns ms since the epoch. */
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
