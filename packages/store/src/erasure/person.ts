import {
  type FindParties,
  type FoundLetter,
  type Likelihood,
  likelihoodOf,
  type Parties,
  type Person,
  type PersonFindings,
  type PersonSearch,
  type PersonShare,
} from "@teravoz/domain";
import type { Db } from "mongodb";
import type { Collections, EventDocument } from "../collections.ts";
import { OPERATION_LIMIT_MS } from "../connect.ts";
import type { LetterDocument } from "../letters/mongo-letters.ts";
import { pastCollections } from "./erase.ts";
import { patternOf } from "./pattern.ts";

const LIMIT = { maxTimeMS: OPERATION_LIMIT_MS } as const;

/** No index knows what bodies hold. So many are looked through in some 50 ms: no operation comes near its limit. */
const WINDOW = 20_000;
/** Dead letters come here with their bodies, of 64 KiB at most where ingest refused them. */
const LETTERS_PAGE = 1_000;

type Search = PersonSearch & { person: Person; findParties: FindParties };
type Opened = { db: Db; collections: Collections };

/** All that is stored of a person. The database looks for the digits, the domain decides on the parsed body. */
export async function findPerson({ db, collections }: Opened, search: Search): Promise<PersonFindings> {
  const gathered = createGathered();
  const advance = await createAdvance(collections, search);
  for await (const events of scanEvents(collections, search)) {
    for (const event of events) gathered.addEvent(event, search);
    advance(WINDOW);
  }
  for await (const letters of scanLetters(collections)) {
    for (const letter of letters) gathered.addLetter(letter, search);
    advance(letters.length);
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

/** Sorts what is found by how likely it is; a call that is certain by one event is certain. */
function createGathered() {
  const calls = new Map<string, Likelihood>();
  const shares = { certain: emptyShare(), possible: emptyShare() };
  let isOurs = false;
  const addCall = (key: string, likelihood: Likelihood) => {
    if (likelihood !== "none" && calls.get(key) !== "certain") calls.set(key, likelihood);
  };
  return {
    addCall,
    addEvent({ _id, kind, aggregate_id, payload }: FoundDocument, { person, findParties }: Search) {
      const parties = findParties(payload);
      const likelihood = likelihoodOf(parties, person);
      isOurs ||= person.kind === "number" && parties.ours === person.key;
      if (kind === "call") addCall(aggregate_id, likelihood);
      else if (likelihood !== "none") shares[likelihood].events.push({ key: aggregate_id, uuid: _id });
    },
    addLetter(letter: LetterPart, search: Search) {
      const likelihood = likelihoodOfLetter(letter, search);
      if (likelihood !== "none") shares[likelihood].letters.push(foundLetter(letter));
    },
    findings(): PersonFindings {
      for (const [key, likelihood] of calls) if (likelihood !== "none") shares[likelihood].calls.push(key);
      return { ...shares, isOurs };
    },
  };
}

const emptyShare = (): PersonShare => ({ calls: [], events: [], letters: [] });

type FoundDocument = Pick<EventDocument, "_id" | "kind" | "aggregate_id" | "payload">;

/** Every event, a window at a time. */
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

/** In the order of their numbers: there are few. */
async function* scanSince(
  { events }: Collections,
  { person }: Search,
  since: number,
): AsyncIterable<FoundDocument[]> {
  const projection = { kind: 1, aggregate_id: 1, payload: 1, id: 1 } as const;
  const pattern = new RegExp(patternOf(person));
  for (let after = since; ; ) {
    const options = { projection, sort: { id: 1 }, limit: LETTERS_PAGE, ...LIMIT } as const;
    const page = await events.find({ id: { $gt: after } }, options).toArray();
    yield page.filter(({ payload }) => pattern.test(payload));
    if (page.length < LETTERS_PAGE) return;
    after = page.at(-1)!.id;
  }
}

type LetterPart = Pick<LetterDocument, "_id" | "key" | "source" | "body">;

/** Bodies may be anything: each is looked at here, a page at a time. What was dropped has none, and may still have a key. */
async function* scanLetters({ deadLetters }: Collections): AsyncIterable<LetterPart[]> {
  const projection = { key: 1, source: 1, body: 1 } as const;
  const options = { projection, sort: { _id: 1 }, limit: LETTERS_PAGE, ...LIMIT } as const;
  for (let after = ""; ; ) {
    const page = await deadLetters.find({ _id: { $gt: after } }, options).toArray();
    yield page;
    if (page.length < LETTERS_PAGE) return;
    after = page.at(-1)!._id;
  }
}

function likelihoodOfLetter({ key, source, body }: LetterPart, search: Search): Likelihood {
  const { person, findParties, agentTopic } = search;
  const byBody: Likelihood =
    body === null ? "none" : likelihoodOf(findParties(Buffer.from(body.value()).toString()), person);
  if (byBody === "certain" || key === null || source?.topic !== agentTopic) return byBody;
  const byKey = likelihoodOf(partiesOfAgentKey(key, findParties), person);
  return byKey === "none" ? byBody : byKey;
}

/** An agent's key is an actor, a code or a number: bare digits may be any of them. */
const partiesOfAgentKey = (key: string, findParties: FindParties): Parties => ({
  ...findParties(JSON.stringify({ code: key })),
  actor: key,
});

const foundLetter = ({ _id, key, source }: LetterPart): FoundLetter => ({
  id: _id,
  key,
  topic: source?.topic ?? null,
});

type PastCall = { _id: string; legs?: { agent?: string | null }[] } & Record<string, unknown>;

/** Calls that are kept as they once were, and may have no events any more. */
async function findPastCalls(
  db: Db,
  name: string,
  { person, findParties }: Search,
): Promise<[string, Likelihood][]> {
  const fields = ["their_number", "our_number", "code", "recording_url", "actor"];
  const projection = Object.fromEntries([...fields, "legs.agent"].map((field) => [field, 1]));
  const isNamed =
    person.kind === "number"
      ? { $or: fields.map((field) => ({ [field]: { $regex: patternOf(person) } })) }
      : { $or: [{ actor: person.key }, { "legs.agent": person.key }] };
  const calls = db.collection<PastCall>(name).find(isNamed, { projection, ...LIMIT });
  const found: [string, Likelihood][] = [];
  for await (const { _id, legs = [], actor, recording_url, ...numbers } of calls) {
    const agents = [actor, ...legs.map(({ agent }) => agent)];
    const parties = findParties(JSON.stringify({ ...numbers, actor, url: recording_url }));
    const isAgent = person.kind === "actor" && agents.includes(person.key);
    found.push([_id, isAgent ? "certain" : likelihoodOf(parties, person)]);
  }
  return found;
}
