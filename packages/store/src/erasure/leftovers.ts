import type { Erased, Subject } from "@teravoz/domain";
import type { Collection, Db, Document } from "mongodb";
import type { Collections } from "../collections.ts";
import { OPERATION_LIMIT_MS } from "../connect.ts";
import { eventsOfAgent, pastCollections } from "./erase.ts";

type FindErased = (subjects: readonly Subject[]) => Promise<Erased[]>;

/** Keys in one read, and in one look into the ledger: some ten milliseconds each. */
const PAGE = 1_000;
const LIMIT = { maxTimeMS: OPERATION_LIMIT_MS } as const;

const subjectsOf = (kind: Subject["kind"], keys: readonly string[]) => keys.map((key) => ({ kind, key }));

/** In the order of their ids, by an index there is; no other call is kept from being written meanwhile. */
export async function* finishedBefore({ calls }: Collections, time: Date): AsyncIterable<Subject[]> {
  const options = { projection: { id: 1, updated_at: 1 }, sort: { id: 1 }, limit: PAGE, ...LIMIT } as const;
  for (let after = 0; ; ) {
    const page = await calls.find({ state: "FINISHED", id: { $gt: after } }, options).toArray();
    const old = page.filter(({ updated_at }) => updated_at < time);
    if (old.length > 0)
      yield subjectsOf(
        "call",
        old.map(({ _id }) => _id),
      );
    if (page.length < PAGE) return;
    after = page.at(-1)!.id;
  }
}

/** Calls, then agents that have events of before their erasure. */
export async function* revived(
  { calls, events }: Collections,
  findErased: FindErased,
): AsyncIterable<Erased[]> {
  for await (const keys of keysIn(calls, "_id")) yield* some(await findErased(subjectsOf("call", keys)));
  for await (const keys of keysIn(events, "aggregate_id", { kind: "agent" })) {
    const erased = await findErased(subjectsOf("agent", keys));
    const holds = erased.map(async (each) =>
      (await events.findOne(eventsOfAgent(each), LIMIT)) ? [each] : [],
    );
    yield* some((await Promise.all(holds)).flat());
  }
}

/** Dead letters say no kind: what is erased of either is left out of them. */
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
 * All keys in a field, each once, a page at a time. Covered by the field's index: no document is read. A key comes as often as it has
 * documents, and what is left of the one that ends a page is passed over.
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
