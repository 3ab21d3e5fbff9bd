import { isDeepStrictEqual } from "node:util";
import {
  applyPresence,
  type Difference,
  type Event,
  type FoldedPresence,
  isLater,
  isPresence,
  type Presence,
  type ReadOccurrence,
} from "@teravoz/domain";
import type { Attempt } from "./apply.ts";
import { OPERATION_LIMIT_MS } from "./connect.ts";
import { nextVersion } from "./settle.ts";

/** What a batch does to agents. */
type AgentWork = {
  /** New events, stored or about to be. */
  fresh: readonly Event[];
  /** Agents of whom something that was stored is another now, or gone: all their events are read again. */
  changed: Iterable<string>;
  readOccurrence: ReadOccurrence;
};

/**
 * Brings the agents of a batch up to date, in its transaction and after its events are written. An agent that is kept takes the new
 * events alone if they are later than all before: years of log-ins are not read for each. Otherwise all events are read again.
 */
export async function settleAgents(
  attempt: Attempt,
  { fresh, changed, readOccurrence }: AgentWork,
): Promise<void> {
  const news = Map.groupBy(fresh.filter(isPresence), ({ aggregate_id }) => aggregate_id);
  const doubtful = new Set(changed);
  const keys = [...new Set([...news.keys(), ...doubtful])];
  if (keys.length === 0) return;
  const kept = await readAgents(attempt, keys);
  const isLast = (key: string) => isLater(kept.get(key)!, news.get(key) ?? [], readOccurrence);
  const apart = keys.filter((key) => doubtful.has(key) || !kept.has(key) || !isLast(key));
  const whole = await foldAgents(attempt, apart, readOccurrence);
  const settled = keys.map(
    (key): Settled => ({
      key,
      kept: kept.get(key),
      presence: whole.has(key)
        ? whole.get(key)!
        : applyPresence(kept.get(key)!, news.get(key) ?? [], readOccurrence),
    }),
  );
  await writeAgents(attempt, settled);
}

/** What is kept of an agent, and what is to be: null = nothing. */
export type Settled = { key: string; kept: Presence | undefined; presence: FoldedPresence | null };

export async function readAgents(
  { collections, session }: Attempt,
  keys: readonly string[],
): Promise<Map<string, Presence>> {
  const options = { session, maxTimeMS: OPERATION_LIMIT_MS };
  const found = await collections.agents.find({ _id: { $in: [...keys] } }, options).toArray();
  return new Map(found.map(({ _id, ...presence }) => [_id, presence]));
}

/** Each of the agents from all its events; null if there are none. */
export async function foldAgents(
  { collections, session }: Attempt,
  keys: readonly string[],
  readOccurrence: ReadOccurrence,
): Promise<Map<string, FoldedPresence | null>> {
  if (keys.length === 0) return new Map();
  const filter = { kind: "agent" as const, aggregate_id: { $in: [...keys] } };
  const found = collections.events.find(filter, { session, maxTimeMS: OPERATION_LIMIT_MS });
  const events = (await found.toArray()).map(({ _id, ...event }) => ({ uuid: _id, ...event }));
  const byAgent = Map.groupBy(events, ({ aggregate_id }) => aggregate_id);
  return new Map(keys.map((key) => [key, applyPresence(null, byAgent.get(key) ?? [], readOccurrence)]));
}

/** How an agent that is kept differs from what it is to be, if it does. */
export function differenceOf({ key, kept, presence }: Settled): Difference | null {
  if (!presence) return kept ? { key, kind: "removed", fields: [] } : null;
  if (!kept) return { key, kind: "added", fields: [] };
  const fields = (Object.keys(presence) as (keyof FoldedPresence)[]).filter(
    (field) => !isDeepStrictEqual(kept[field], presence[field]),
  );
  return fields.length > 0 ? { key, kind: "changed", fields } : null;
}

/** Writes what differs. */
export async function writeAgents(
  { collections, session, now }: Attempt,
  settled: readonly Settled[],
): Promise<void> {
  const writes = settled.filter(differenceOf).map(({ key, kept, presence }) => {
    const filter = { _id: key };
    if (!presence) return { deleteOne: { filter } };
    const replacement = { ...presence, version: nextVersion(kept, now) };
    return { replaceOne: { filter, replacement, upsert: true } };
  });
  if (writes.length === 0) return;
  await collections.agents.bulkWrite(writes, { session, ordered: false, maxTimeMS: OPERATION_LIMIT_MS });
}
