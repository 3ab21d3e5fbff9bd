import { isDeepStrictEqual } from "node:util";
import {
  applyPresence,
  type Difference,
  type Event,
  FOLD_REVISION,
  type FoldedPresence,
  isLater,
  isPresence,
  type ReadOccurrence,
} from "@teravoz/domain";
import { OPERATION_LIMIT_MS } from "../mongo/connect.ts";
import type { AgentDocument } from "../mongo/documents.ts";
import type { Attempt } from "./attempt.ts";
import { eventsByAgent } from "./events-by-agent.ts";
import { nextVersion } from "./settle.ts";

/** The events of a batch that change agents. */
type AgentWork = {
  /** New events, already stored or about to be stored. */
  fresh: readonly Event[];
  /** Agents with a stored event that changed or was deleted: all their events are read again. */
  changed: Iterable<string>;
  readOccurrence: ReadOccurrence;
};

/**
 * Updates the agents of a batch, in its transaction and after its events are written. A stored agent is extended by the
 * new events alone if they are later than all earlier ones, so that years of log-ins are not read again. Otherwise, or
 * if an older fold made the agent, all events are read again.
 */
export async function settleAgents(
  attempt: Attempt,
  { fresh, changed, readOccurrence }: AgentWork,
): Promise<void> {
  const news = Map.groupBy(fresh.filter(isPresence), ({ aggregate_id }) => aggregate_id);
  const uncertain = new Set(changed);
  const keys = [...new Set([...news.keys(), ...uncertain])];
  if (keys.length === 0) return;
  const kept = await readAgents(attempt, keys);
  const goesOn = (key: string) =>
    isOurs(kept.get(key)) && isLater(kept.get(key)!, news.get(key) ?? [], readOccurrence);
  const apart = keys.filter((key) => uncertain.has(key) || !goesOn(key));
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

/** A stored agent. An earlier fold may have made it in another shape. */
type KeptPresence = Omit<AgentDocument, "_id">;

const isOurs = (kept: KeptPresence | undefined): boolean => kept?.fold === FOLD_REVISION;

/** The stored agent and its new state; null = none. */
export type Settled = { key: string; kept: KeptPresence | undefined; presence: FoldedPresence | null };

export async function readAgents(
  { collections, session }: Attempt,
  keys: readonly string[],
): Promise<Map<string, KeptPresence>> {
  const options = { session, maxTimeMS: OPERATION_LIMIT_MS };
  const found = await collections.agents.find({ _id: { $in: [...keys] } }, options).toArray();
  return new Map(found.map(({ _id, ...presence }) => [_id, presence]));
}

/** Folds each agent from all its events; null if there are none. */
export async function foldAgents(
  { collections: { events }, session }: Attempt,
  keys: readonly string[],
  readOccurrence: ReadOccurrence,
): Promise<Map<string, FoldedPresence | null>> {
  const folded = new Map<string, FoldedPresence | null>(keys.map((key) => [key, null]));
  if (keys.length === 0) return folded;
  const asked = { aggregate_id: { $in: [...keys] } };
  for await (const all of eventsByAgent(events, asked, { session }))
    folded.set(all[0]!.aggregate_id, applyPresence(null, all, readOccurrence));
  return folded;
}

/** The difference between a stored agent and its new state; null if there is none. */
export function differenceOf({ key, kept, presence }: Settled): Difference | null {
  if (!presence) return kept ? { key, kind: "removed", fields: [] } : null;
  if (!kept) return { key, kind: "added", fields: [] };
  const made = { ...presence, fold: FOLD_REVISION };
  const fields = (Object.keys(made) as (keyof typeof made)[]).filter(
    (field) => !isDeepStrictEqual(kept[field], made[field]),
  );
  return fields.length > 0 ? { key, kind: "changed", fields } : null;
}

/** Writes the agents that differ. */
export async function writeAgents(
  { collections, session, now }: Attempt,
  settled: readonly Settled[],
): Promise<void> {
  const writes = settled.filter(differenceOf).map(({ key, kept, presence }) => {
    const filter = { _id: key };
    if (!presence) return { deleteOne: { filter } };
    const replacement = { ...presence, fold: FOLD_REVISION, version: nextVersion(kept, now) };
    return { replaceOne: { filter, replacement, upsert: true } };
  });
  if (writes.length === 0) return;
  await collections.agents.bulkWrite(writes, { session, ordered: false, maxTimeMS: OPERATION_LIMIT_MS });
}
