import type { Erased, ErasureSubject, LedgerKey, Repeated } from "@teravoz/domain";
import type { Collection, Db, Document } from "mongodb";
import type { Collections } from "../mongo/collections.ts";
import { OPERATION_LIMIT_MS } from "../mongo/connect.ts";
import { eventsOfAgent, pastCollections } from "./erase.ts";
import type { LedgerNames } from "./names.ts";

type FindErased = (keys: readonly LedgerKey[]) => Promise<Erased[]>;

/** The number of keys in one read, and in one look-up in the ledger. Each takes about ten milliseconds. */
const PAGE = 1_000;
const LIMIT = { maxTimeMS: OPERATION_LIMIT_MS } as const;

const subjectsOf = (kind: ErasureSubject["kind"], keys: readonly string[]) =>
  keys.map((key) => ({ kind, key }));

type Ledger = { collections: Collections; names: LedgerNames; findErased: FindErased };

/**
 * Finds calls, then agents with events from before their erasure, then single events of agents: see
 * ErasureSearch.revived.
 */
export async function* revived(ledger: Ledger): AsyncIterable<Repeated[]> {
  const { collections, findErased } = ledger;
  const { calls, events } = collections;
  for await (const keys of keysIn(calls, "_id"))
    yield* some((await findErased(subjectsOf("call", keys))).map(asSubject));
  for await (const keys of keysIn(events, "aggregate_id", { kind: "agent" })) {
    const erased = (await findErased(subjectsOf("agent", keys))).map(asSubject);
    const holds = erased.map(async (each) =>
      (await events.findOne(eventsOfAgent(each), LIMIT)) ? [each] : [],
    );
    yield* some((await Promise.all(holds)).flat());
    for (const key of await keysWithSingleEvents(ledger, keys)) yield* revivedEvents(ledger, key);
  }
}

/** Narrows the kind of an erasure: only subjects were looked up. */
const asSubject = ({ kind, key, erased_at }: Erased): Repeated => ({
  kind: kind as ErasureSubject["kind"],
  key,
  erased_at,
});

/** Finds the agents with single erased events. */
async function keysWithSingleEvents(
  { collections: { erased }, names }: Ledger,
  keys: readonly string[],
): Promise<string[]> {
  const named = new Map(keys.flatMap((key) => names("agent", key).map((name) => [name, key])));
  const found = await erased.distinct("of", { of: { $in: [...named.keys()] } }, LIMIT);
  return [...new Set(found.map((name) => named.get(name!)!))];
}

async function* revivedEvents(
  { collections: { events }, findErased }: Ledger,
  key: string,
): AsyncIterable<Repeated[]> {
  const stored = events.find({ kind: "agent", aggregate_id: key }, { projection: { _id: 1 }, ...LIMIT });
  for await (const uuids of pagesOf(stored)) {
    const found = await findErased(uuids.map((uuid) => ({ kind: "event", key: uuid })));
    const erased_at = found
      .map((each) => each.erased_at)
      .sort((one, other) => Number(other) - Number(one))[0];
    if (erased_at) yield [{ kind: "agent", key, erased_at, uuids: found.map((each) => each.key) }];
  }
}

async function* pagesOf(documents: AsyncIterable<{ _id: string }>): AsyncIterable<string[]> {
  let page: string[] = [];
  for await (const { _id } of documents) {
    if (page.push(_id) < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

/**
 * Finds dead letters and past calls: see ErasureSearch.revivedAside. The key of a dead letter may be that of a call or
 * an agent, so both erasures count.
 */
export async function* revivedAside(
  db: Db,
  { deadLetters }: Collections,
  findErased: FindErased,
): AsyncIterable<Erased[]> {
  for await (const keys of keysIn(deadLetters, "key"))
    yield* some(await findErased([...subjectsOf("call", keys), ...subjectsOf("agent", keys)]));
  for (const name of await pastCollections(db))
    for await (const keys of keysIn(db.collection(name), "_id"))
      yield* some(await findErased(subjectsOf("call", keys)));
}

const some = <T>(page: T[]): T[][] => (page.length > 0 ? [page] : []);

/**
 * Reads all keys in a field, each once, page by page. The field's index covers the query, so no document is read. A key
 * appears once for each of its documents; the remaining entries of the last key of a page are skipped.
 */
async function* keysIn(
  { db, collectionName }: Pick<Collection, "db" | "collectionName">,
  field: string,
  more: Document = {},
): AsyncIterable<string[]> {
  const collection = db.collection(collectionName);
  const options = {
    projection: { _id: 0, [field]: 1 },
    sort: { [field]: 1 },
    limit: PAGE,
    ...LIMIT,
  } as const;
  for (let after = ""; ; ) {
    const found = await collection.find({ ...more, [field]: { $gt: after } }, options).toArray();
    const keys = found.map((document): string => document[field]);
    if (keys.length > 0) yield [...new Set(keys)];
    if (keys.length < PAGE) return;
    after = keys.at(-1)!;
  }
}
