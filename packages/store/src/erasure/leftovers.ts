import type { Erased, Subject } from "@teravoz/domain";
import type { Collection, Db, Filter } from "mongodb";
import type { CallDocument, Collections } from "../collections.ts";
import { OPERATION_LIMIT_MS } from "../connect.ts";
import { eventsOfAgent, pastCollections } from "./erase.ts";

type FindErased = (subjects: readonly Subject[]) => Promise<Erased[]>;

/** Keys in one read, and in one look into the ledger: some ten milliseconds each. */
const PAGE = 1_000;
const LIMIT = { maxTimeMS: OPERATION_LIMIT_MS } as const;
/** The agents among all events: once a day, and no one waits for it. */
const AGENTS_LIMIT_MS = 600_000;

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
  for await (const keys of idsOf(calls)) yield* some(await findErased(subjectsOf("call", keys)));
  const agents = events.aggregate<{ _id: string }>(
    [{ $match: { kind: "agent" } }, { $group: { _id: "$aggregate_id" } }],
    { maxTimeMS: AGENTS_LIMIT_MS, allowDiskUse: true },
  );
  for await (const page of paged(agents)) {
    const erased = await findErased(
      subjectsOf(
        "agent",
        page.map(({ _id }) => _id),
      ),
    );
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
  const letters = deadLetters.find({ key: { $ne: null } }, { projection: { key: 1 }, ...LIMIT });
  for await (const page of paged(letters)) {
    const keys = page.map(({ key }) => key!);
    yield* some(await findErased([...subjectsOf("call", keys), ...subjectsOf("agent", keys)]));
  }
  for (const name of await pastCollections(db))
    for await (const keys of idsOf(db.collection<CallDocument>(name)))
      yield* some(await findErased(subjectsOf("call", keys)));
}

const some = <T>(page: T[]): T[][] => (page.length > 0 ? [page] : []);

/** All call_ids of a collection of calls, a page at a time. */
async function* idsOf(calls: Collection<CallDocument>): AsyncIterable<string[]> {
  const options = { projection: { _id: 1 }, sort: { _id: 1 }, limit: PAGE, ...LIMIT } as const;
  for (let after = ""; ; ) {
    const filter: Filter<CallDocument> = { _id: { $gt: after } };
    const page = (await calls.find(filter, options).toArray()).map(({ _id }) => _id);
    if (page.length > 0) yield page;
    if (page.length < PAGE) return;
    after = page.at(-1)!;
  }
}

async function* paged<T>(all: AsyncIterable<T>): AsyncIterable<T[]> {
  let page: T[] = [];
  for await (const one of all) {
    page.push(one);
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}
