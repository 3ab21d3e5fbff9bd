import { type CallQueries, FOLD_REVISION, type StoredVersion } from "@teravoz/domain";
import type { Collection, Filter } from "mongodb";
import type { Collections } from "../mongo/collections.ts";
import { reading } from "../mongo/reading.ts";

/** The fields that the index holds, so that no document is read. */
const VERSION = { projection: { _id: 1, version: 1 }, batchSize: 10_000 } as const;

type Versioned = { _id: string; version: number };

/** See CallQueries.listVersions. An agent of an older fold is not listed, as in listPresences. */
export async function listVersions(
  { calls, agents }: Pick<Collections, "calls" | "agents">,
  { withinMs, until, limit }: Parameters<CallQueries["listVersions"]>[0],
): Promise<StoredVersion[]> {
  const kinds = [
    { kind: "call" as const, collection: calls as unknown as Collection<Versioned>, more: {} },
    {
      kind: "agent" as const,
      collection: agents as unknown as Collection<Versioned>,
      more: { fold: { $gte: FOLD_REVISION } } as Filter<Versioned>,
    },
  ];
  const newest = await Promise.all(kinds.map(({ collection }) => findNewest(collection)));
  const version = { $gte: Math.min(until, Math.max(...newest)) - withinMs };
  const listed = kinds.map(async ({ kind, collection, more }) => {
    const found = collection.find({ version, ...more }, { ...reading, ...VERSION }).limit(limit);
    return (await found.toArray()).map(({ _id, version: own }) => ({ kind, key: _id, version: own }));
  });
  return (await Promise.all(listed)).flat();
}

async function findNewest(collection: Collection<Versioned>): Promise<number> {
  const found = await collection.findOne({}, { ...reading, ...VERSION, sort: { version: -1 } });
  return found?.version ?? 0;
}
