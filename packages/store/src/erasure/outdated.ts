import {
  agentKey,
  type ErasureSubject,
  isPresence,
  PRESENCE_TYPES,
  pickOutdated,
  type ReadOccurrence,
  type Repeated,
} from "@teravoz/domain";
import type { Collection, Document, Filter } from "mongodb";
import { eventsByAgent } from "../apply/events-by-agent.ts";
import type { Collections } from "../mongo/collections.ts";
import { OPERATION_LIMIT_MS } from "../mongo/connect.ts";
import type { AgentDocument, CallDocument, EventDocument } from "../mongo/documents.ts";
import { eventsOfAgent } from "./erase.ts";

/** The number of documents in one read, which takes about ten milliseconds. */
const PAGE = 1_000;
const LIMIT = { maxTimeMS: OPERATION_LIMIT_MS } as const;

/**
 * See ErasureSearch.unchangedSince. An oversized call no longer changes with its events, so its newest event is looked
 * up.
 */
export async function* unchangedSince(
  { calls, events }: Collections,
  time: Date,
): AsyncIterable<ErasureSubject[]> {
  const isQuiet = async ({ _id, overgrown }: CallDocument): Promise<boolean> => {
    const newer = { kind: "call" as const, aggregate_id: _id, received_at: { $gte: time } };
    return !overgrown || (await events.findOne(newer, { projection: { _id: 1 }, ...LIMIT })) === null;
  };
  const sort = { updated_at: 1, created_at: 1 } as const;
  const projection = { updated_at: 1, overgrown: 1 } satisfies Partial<Record<keyof CallDocument, 1>>;
  for await (const page of oldestFirst(calls, { field: "updated_at", time, sort, projection })) {
    const quiet = await Promise.all(page.map(isQuiet));
    const keys = page.flatMap(({ _id }, index) => (quiet[index] ? [_id] : []));
    if (keys.length > 0) yield keys.map((key) => ({ kind: "call", key }));
  }
}

type Search = { collections: Collections; time: Date; readOccurrence: ReadOccurrence };

/** See ErasureSearch.outdatedSaid. Each key comes once, the keys of agents first. */
export async function* outdatedSaid(search: Search): AsyncIterable<Repeated[]> {
  const seen = new Set<string>();
  const types = await typesOfAgentEvents(search.collections);
  const isSaid = (type: string) => isPresence({ kind: "agent", type });
  for (const type of [...types.filter(isSaid), ...types.filter((each) => !isSaid(each))])
    for await (const page of keysBefore(search, type)) {
      const keys = page.filter((key) => !seen.has(key));
      for (const key of keys) seen.add(key);
      const erasures = isSaid(type)
        ? await erasuresOfAgents(search, keys)
        : keys.map((key) => wholeErasure(search, key));
      if (erasures.length > 0) yield erasures;
    }
}

const wholeErasure = ({ time }: Search, key: string): Repeated => ({ kind: "agent", key, erased_at: time });

/** Reads the types of agents' events, with one step in the index for each of the few types. */
async function typesOfAgentEvents({ events }: Collections): Promise<string[]> {
  const types: string[] = [];
  const options = { sort: { type: 1 }, projection: { type: 1 }, ...LIMIT } as const;
  for (let after = ""; ; ) {
    const next = await events.findOne({ kind: "agent", type: { $gt: after } }, options);
    if (!next) return types;
    after = next.type;
    types.push(after);
  }
}

/** Reads the keys of the events of a type that were received before `time`. */
async function* keysBefore({ collections: { events }, time }: Search, type: string): AsyncIterable<string[]> {
  const asked = {
    field: "received_at",
    time,
    filter: { kind: "agent" as const, type },
    sort: { type: 1, received_at: 1 } as const,
    projection: { aggregate_id: 1, received_at: 1 },
  };
  for await (const page of oldestFirst(events, asked))
    yield [...new Set(page.map(({ aggregate_id }) => aggregate_id))];
}

async function erasuresOfAgents(search: Search, keys: readonly string[]): Promise<Repeated[]> {
  const { collections, time, readOccurrence } = search;
  const asked = { aggregate_id: { $in: [...keys] }, type: { $in: [...PRESENCE_TYPES] } };
  const erasures: Repeated[] = [];
  for await (const statements of eventsByAgent(collections.events, asked, {})) {
    const key = statements[0]!.aggregate_id;
    const isHeardOf = await hasCallSince(collections, key, time);
    const outdated = pickOutdated(statements, { time, isHeardOf }, readOccurrence);
    if (outdated === "all") erasures.push(wholeErasure(search, key));
    else {
      const uuids = [...outdated, ...(await othersOf(search, key))];
      if (uuids.length > 0) erasures.push({ ...wholeErasure(search, key), uuids });
    }
  }
  return erasures;
}

/**
 * Returns whether a call since then names the agent, by the login or by an extension that the agent has logged in with.
 */
async function hasCallSince({ agents, calls }: Collections, key: string, time: Date): Promise<boolean> {
  const projection = { extensions: 1 } as const;
  const agent = await agents.findOne<Pick<AgentDocument, "extensions">>(
    { _id: key },
    { projection, ...LIMIT },
  );
  const names = [agentKey(key), ...(agent?.extensions ?? []).map(({ extension }) => extension)];
  const named = { agents: { $in: names }, began_at: { $gte: time } };
  return (await calls.findOne(named, { projection: { _id: 1 }, ...LIMIT })) !== null;
}

/** Finds the outdated events under an agent's key other than log-ins and pauses. */
async function othersOf({ collections: { events }, time }: Search, key: string): Promise<string[]> {
  const others = { ...eventsOfAgent({ key, erased_at: time }), type: { $nin: [...PRESENCE_TYPES] } };
  const found = await events.find(others, { projection: { _id: 1 }, ...LIMIT }).toArray();
  return found.map(({ _id }) => _id);
}

type Dated = CallDocument | EventDocument;
type Asked<T> = {
  /** The name of a date, which is the first or the last field of `sort`. */
  field: string;
  time: Date;
  filter?: Filter<T>;
  sort: Document;
  projection: Document;
};

/**
 * Reads the documents whose date is before `time` page by page, in the order of an index. Many documents may have the
 * same date: those that were read before are read again and left out, so that none is missed if documents are deleted
 * meanwhile.
 */
async function* oldestFirst<T extends Dated>(
  collection: Collection<T>,
  { field, time, filter, sort, projection }: Asked<T>,
): AsyncIterable<T[]> {
  const dateOf = (document: T) => (document as Document)[field] as Date;
  let [from, seen] = [new Date(0), new Set<string>()];
  for (;;) {
    const within = { ...filter, [field]: { $gte: from, $lt: time } } as Filter<T>;
    const limit = PAGE + seen.size;
    const page = (await collection
      .find(within, { projection, sort, limit, ...LIMIT } as const)
      .toArray()) as T[];
    const known = seen;
    const unread = page.filter(({ _id }) => !known.has(_id));
    if (unread.length > 0) yield unread;
    if (page.length < limit) return;
    from = dateOf(page.at(-1)!);
    seen = new Set(page.filter((each) => +dateOf(each) === +from).map(({ _id }) => _id));
  }
}
