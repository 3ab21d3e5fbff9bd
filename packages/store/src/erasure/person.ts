import { agentKey, type Likelihood, likelihoodOf, type PersonFindings } from "@teravoz/domain";
import type { Db } from "mongodb";
import type { Collections } from "../mongo/collections.ts";
import { OPERATION_LIMIT_MS } from "../mongo/connect.ts";
import type { DeadLetterDocument, EventDocument } from "../mongo/documents.ts";
import { pastCollections } from "./erase.ts";
import { createGathered, type Search, type SearchedDeadLetter } from "./gather.ts";
import { patternOf } from "./pattern.ts";

const LIMIT = { maxTimeMS: OPERATION_LIMIT_MS } as const;

/**
 * The number of events that are searched at once. No index covers bodies. Searching this number takes about 50 ms, far
 * below the limit of an operation.
 */
const WINDOW = 20_000;
/**
 * The number of dead letters in one read. They are read with their bodies, which have at most 64 KiB if ingest refused
 * them.
 */
const DEAD_LETTERS_PAGE = 1_000;

type Opened = { db: Db; collections: Collections };

/**
 * Finds everything that is stored about a person. A call is found by its events, which name all its people. The
 * database searches for the digits, and the domain decides by the parsed body.
 */
export async function findPerson({ db, collections }: Opened, search: Search): Promise<PersonFindings> {
  const gathered = createGathered();
  const advance = await createAdvance(collections, search);
  for await (const events of scanEvents(collections, search)) {
    for (const { _id: uuid, ...event } of events) gathered.addEvent({ uuid, ...event }, search);
    advance(WINDOW);
  }
  for await (const deadLetters of scanDeadLetters(collections)) {
    for (const deadLetter of deadLetters) gathered.addDeadLetter(searchedDeadLetter(deadLetter), search);
    advance(deadLetters.length);
  }
  for (const name of await pastCollections(db))
    for (const [key, likelihood] of await findPastCalls(db, name, search)) gathered.addCall(key, likelihood);
  return gathered.findings();
}

async function createAdvance({ events, deadLetters }: Collections, { onProgress }: Search) {
  if (!onProgress) return () => {};
  const counts = await Promise.all([
    events.estimatedDocumentCount(LIMIT),
    deadLetters.estimatedDocumentCount(LIMIT),
  ]);
  const total = counts[0] + counts[1];
  let done = 0;
  return (more: number) => {
    done = Math.min(total, done + more);
    onProgress(done, total);
  };
}

type FoundDocument = Pick<EventDocument, "_id" | "kind" | "aggregate_id" | "payload">;

/** Reads every event that may name the person, a window at a time. */
async function* scanEvents(collections: Collections, search: Search): AsyncIterable<FoundDocument[]> {
  if (search.since === undefined) yield* scanAll(collections, search);
  else yield* scanSince(collections, search, search.since);
}

async function* scanAll({ events }: Collections, { person }: Search): AsyncIterable<FoundDocument[]> {
  const projection = { kind: 1, aggregate_id: 1, payload: 1 } as const;
  const payload = { $regex: patternOf(person) };
  for (let after = ""; ; ) {
    const ahead = { projection: { _id: 1 }, sort: { _id: 1 }, skip: WINDOW - 1, ...LIMIT } as const;
    const end = await events.findOne({ _id: { $gt: after } }, ahead);
    const range = { $gt: after, ...(end && { $lte: end._id }) };
    yield await events.find({ _id: range, payload }, { projection, ...LIMIT }).toArray();
    if (!end) return;
    after = end._id;
  }
}

/** Reads the events since a mark in the order of their numbers. There are few. */
async function* scanSince(
  { events }: Collections,
  { person }: Search,
  since: number,
): AsyncIterable<FoundDocument[]> {
  const projection = { kind: 1, aggregate_id: 1, payload: 1, id: 1 } as const;
  const pattern = new RegExp(patternOf(person));
  for (let after = since; ; ) {
    const options = { projection, sort: { id: 1 }, limit: DEAD_LETTERS_PAGE, ...LIMIT } as const;
    const page = await events.find({ id: { $gt: after } }, options).toArray();
    yield page.filter(({ payload }) => pattern.test(payload));
    if (page.length < DEAD_LETTERS_PAGE) return;
    after = page.at(-1)!.id;
  }
}

type DeadLetterPart = Pick<DeadLetterDocument, "_id" | "key" | "source" | "body">;

const searchedDeadLetter = ({ _id: id, body, ...deadLetter }: DeadLetterPart): SearchedDeadLetter => ({
  ...deadLetter,
  id,
  body: body?.value() ?? null,
});

/**
 * Reads the dead letters page by page. The database does not search their bodies, because these may be anything. A
 * dropped dead letter has no body but may have a key.
 */
async function* scanDeadLetters({ deadLetters }: Collections): AsyncIterable<DeadLetterPart[]> {
  const projection = { key: 1, source: 1, body: 1 } as const;
  const options = { projection, sort: { _id: 1 }, limit: DEAD_LETTERS_PAGE, ...LIMIT } as const;
  for (let after = ""; ; ) {
    const page = await deadLetters.find({ _id: { $gt: after } }, options).toArray();
    yield page;
    if (page.length < DEAD_LETTERS_PAGE) return;
    after = page.at(-1)!._id;
  }
}

/** The fields of a call that name an agent. Earlier releases wrote `offers`. */
const AGENT_PATHS = [
  "actor",
  "agents",
  "legs.agent",
  "legs.answered_by",
  "talks.agent",
  "rings.agent",
  "offers.agent",
];
const EXTENSION_PATHS = ["talks.extension", "rings.extension"];
const NUMBER_PATHS = ["their_number", "our_number", "code", "recording_url"];

type Named = { agent?: string | null; answered_by?: string | null; extension?: string | null };
type PastCall = Pick<Named, "agent"> & {
  _id: string;
  actor?: string | null;
  agents?: string[];
  recording_url?: string | null;
} & Partial<Record<"legs" | "talks" | "rings" | "offers", Named[]>> &
  Record<string, unknown>;

/** The comparison of logins: it ignores case and respects accents. */
const WITHOUT_CASE = { locale: "en", strength: 2 } as const;

/** Finds the calls of a past collection that name the person. Their events may be deleted. */
async function findPastCalls(
  db: Db,
  name: string,
  { person, findParties }: Search,
): Promise<[string, Likelihood][]> {
  const paths = [...NUMBER_PATHS, ...AGENT_PATHS, ...EXTENSION_PATHS];
  const options = { projection: Object.fromEntries(paths.map((path) => [path, 1])), ...LIMIT };
  const calls = db.collection<PastCall>(name);
  const pattern = { $regex: patternOf(person) };
  const found =
    person.kind === "number"
      ? calls.find({ $or: paths.map((path) => ({ [path]: pattern })) }, options)
      : calls.find(
          { $or: AGENT_PATHS.map((path) => ({ [path]: person.key })) },
          { ...options, collation: WITHOUT_CASE },
        );
  const likely: [string, Likelihood][] = [];
  for await (const call of found) likely.push([call._id, likelihoodOfPast(call, { person, findParties })]);
  return likely;
}

/** The likelihood of a past call, as of one event with everything that the call names. */
function likelihoodOfPast(
  {
    _id,
    actor,
    agents = [],
    recording_url,
    legs = [],
    talks = [],
    rings = [],
    offers = [],
    ...numbers
  }: PastCall,
  { person, findParties }: Pick<Search, "person" | "findParties">,
): Likelihood {
  const named = [...legs, ...talks, ...rings, ...offers];
  const names = [actor, ...agents, ...named.flatMap(({ agent, answered_by }) => [agent, answered_by])];
  const isNamed = names.some((each) => each && agentKey(each) === agentKey(person.key));
  if (person.kind === "actor") return isNamed ? "certain" : "none";
  const number = named.map(({ extension }) => extension);
  return likelihoodOf(findParties(JSON.stringify({ ...numbers, names, number, url: recording_url })), person);
}
