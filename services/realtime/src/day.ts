import { type Call, type CallQueries, type RecentCall, recentPart } from "@teravoz/domain";

/** The longest day has 25 hours, where summer time ends. */
const KEPT_MS = 25 * 3_600_000;
const SWEEP_MS = 60_000;

/** The calls of the last 25 hours, as the numbers of the board are counted from them, kept as they change. */
export type Day = {
  /** Calls as just read from the store, and the ids of those that are gone for good. */
  changed(calls: readonly Call[], erased: readonly string[]): void;
  /** Something may have been missed: the next question reads everything again. */
  forget(): void;
  /** Read from the store at the first question; from then on as new as what `changed` was told. Throws what the query throws. */
  calls(): Promise<Iterable<RecentCall>>;
};

type Kept = Map<string, RecentCall>;
/** `missed`: what changed since it began; null = erased. */
type Reading = { missed: Map<string, RecentCall | null>; kept: Promise<Kept> };

/** `now` in ms since the epoch. */
export function createDay({
  queries,
  now,
}: {
  queries: Pick<CallQueries, "listRecentCalls">;
  now: () => number;
}): Day {
  let kept: Kept | null = null;
  let reading: Reading | null = null;
  let sweptAt = now();
  const read = (): Reading => {
    const missed: Reading["missed"] = new Map();
    const found = queries.listRecentCalls(new Date(now() - KEPT_MS)).then((calls) => merge(calls, missed));
    const mine: Reading = { missed, kept: found };
    const land = (calls: Kept | null) => {
      if (reading !== mine) return;
      kept = calls;
      reading = null;
    };
    found.then(land, () => land(null));
    reading = mine;
    return mine;
  };
  const sweep = (calls: Kept) => {
    if (now() - sweptAt < SWEEP_MS) return;
    sweptAt = now();
    for (const [key, { updated_at }] of calls)
      if (sweptAt - updated_at.getTime() > KEPT_MS) calls.delete(key);
  };
  return {
    changed(calls, erased) {
      const recent = calls.map(recentPart);
      for (const call of recent) {
        if (kept) put(kept, call);
        if (reading) put(reading.missed, call);
      }
      for (const key of erased) {
        kept?.delete(key);
        reading?.missed.set(key, null);
      }
    },
    forget() {
      kept = null;
      reading = null;
    },
    async calls() {
      const calls = kept ?? (await (reading ?? read()).kept);
      sweep(calls);
      return calls.values();
    },
  };
}

/** The newer version stays: notices and readings overtake each other. */
function put(calls: Map<string, RecentCall | null>, call: RecentCall): void {
  const known = calls.get(call.aggregate_id);
  if (!known || known.version <= call.version) calls.set(call.aggregate_id, call);
}

function merge(found: readonly RecentCall[], missed: Reading["missed"]): Kept {
  const kept: Kept = new Map(found.map((call) => [call.aggregate_id, call]));
  for (const [key, call] of missed) {
    if (call) put(kept, call);
    else kept.delete(key);
  }
  return kept;
}
