import {
  type ArrivedDeadLetter,
  addCopies,
  type DeadLetter,
  type DeadLetterBatch,
  type DeadLetterFilter,
  type DeadLetters,
  type KeptDeadLetter,
} from "@teravoz/domain";
import type { Log } from "@teravoz/runtime";
import { Binary, type ClientSession, type Collection, type Document } from "mongodb";
import { createMongoPositions, movePosition, positionId } from "../apply/positions.ts";
import { type Collections, openCollections } from "../mongo/collections.ts";
import { type MongoConnection, OPERATION_LIMIT_MS } from "../mongo/connect.ts";
import type { DeadLetterDocument } from "../mongo/documents.ts";
import { orUnavailable } from "../mongo/outage.ts";
import { runTransaction } from "../mongo/transaction.ts";
import {
  cutDeadLetters,
  type DeadLetterCursor,
  deadLetterId,
  readDeadLetterCursor,
} from "./dead-letter-page.ts";
import { discardExcess, discardOld } from "./discard.ts";

type Deps = { connection: MongoConnection; log: Log; now: () => number };
type Opened = Deps & { collections: Collections };
type DeadLetterCollection = Collection<DeadLetterDocument>;

const LIMIT = { maxTimeMS: OPERATION_LIMIT_MS } as const;
const WITHOUT_BODY = { projection: { body: 0 } } as const;

/**
 * The dead letters in MongoDB, beside the events. The store's `prepare` creates their collection and indexes too. `now`
 * in ms.
 */
export function createMongoDeadLetters({
  now = Date.now,
  ...deps
}: Omit<Deps, "now"> & { now?: () => number }): DeadLetters {
  const opened: Opened = { ...deps, now, collections: openCollections(deps.connection.db) };
  const { deadLetters } = opened.collections;
  return {
    ...createMongoPositions(opened.collections),
    add: (batch) => orUnavailable(() => add(opened, batch)),
    list: (filter, page) => orUnavailable(() => list(deadLetters, filter, page)),
    find: (id) => orUnavailable(() => find(deadLetters, id)),
    mark: (deadLetter, status) => orUnavailable(() => mark(opened, deadLetter, status)),
    countWaiting: () => orUnavailable(() => deadLetters.countDocuments({ status: "waiting" }, LIMIT)),
    discardOld: (before) => orUnavailable(() => discardOld(deadLetters, before)),
    discardExcess: (maxBytes) => orUnavailable(() => discardExcess(deadLetters, maxBytes)),
  };
}

async function add(opened: Opened, batch: DeadLetterBatch): ReturnType<DeadLetters["add"]> {
  const { collections, connection, log } = opened;
  const { topic, partition } = batch;
  const now = opened.now();
  return runTransaction(
    connection.client,
    async (session) => {
      const refusal = await movePosition({ collections, session }, batch, null);
      if (refusal) return refusal;
      const place = { _id: positionId(topic, partition) };
      const position = await collections.positions.findOne(place, { session, ...LIMIT });
      const seenUntil = position?.seen_until ?? null;
      await addDeadLetters({ collections, session, now: new Date(now) }, batch.deadLetters, seenUntil);
      return { fenced: false };
    },
    (attempt) => log.debug({ topic, partition, attempt }, "storing the dead letters failed, retrying"),
  );
}

async function addDeadLetters(
  { collections, session, now }: { collections: Collections; session: ClientSession; now: Date },
  arrived: readonly ArrivedDeadLetter[],
  seenUntil: number | null,
): Promise<void> {
  if (arrived.length === 0) return;
  const deadLetters = collections.deadLetters;
  const bodies = Map.groupBy(
    arrived.map((deadLetter) => ({ ...deadLetter, id: deadLetterId(deadLetter) })),
    ({ id }) => id,
  );
  const options = { session, ...LIMIT };
  const found = await deadLetters.find({ _id: { $in: [...bodies.keys()] } }, { ...options, ...WITHOUT_BODY });
  const known = new Map((await found.toArray()).map((document) => [document._id, keptDeadLetter(document)]));
  const writes = [...bodies].flatMap(([id, copies]) => {
    const deadLetter = addCopies(known.get(id), copies, { seenUntil, now });
    return !deadLetter || deadLetter === known.get(id) ? [] : [replaceOne(deadLetter, copies[0]!.body)];
  });
  if (writes.length > 0) await deadLetters.bulkWrite(writes, { ...options, ordered: false });
}

function replaceOne({ id, ...deadLetter }: KeptDeadLetter, bytes: Uint8Array) {
  const body = deadLetter.status === "dropped" ? null : new Binary(bytes);
  return { replaceOne: { filter: { _id: id }, replacement: { ...deadLetter, body }, upsert: true } };
}

const keptDeadLetter = ({ _id, ...deadLetter }: Omit<DeadLetterDocument, "body">): KeptDeadLetter => ({
  id: _id,
  ...deadLetter,
});

function deadLetterOf({
  _id,
  delivery_ids: _ids,
  ...deadLetter
}: Omit<DeadLetterDocument, "body">): DeadLetter {
  return { id: _id, ...deadLetter };
}

async function list(
  deadLetters: DeadLetterCollection,
  filter: DeadLetterFilter,
  { limit, cursor }: { limit: number; cursor: string | null },
) {
  const after = cursor === null ? null : readDeadLetterCursor(cursor);
  return cutDeadLetters(await readDeadLetters(deadLetters, { filter, after, limit: limit + 1 }), limit);
}

/** Reads dead letters after a place, newest first, at most `limit`, without bodies. */
export async function readDeadLetters(
  deadLetters: DeadLetterCollection,
  { filter, after, limit }: { filter: DeadLetterFilter; after: DeadLetterCursor | null; limit: number },
): Promise<DeadLetter[]> {
  const conditions = [...conditionsOf(filter), ...(after ? [afterCursor(after)] : [])];
  const found = await deadLetters
    .find(conditions.length > 0 ? { $and: conditions } : {}, { ...LIMIT, ...WITHOUT_BODY })
    .sort({ first_seen: -1, _id: -1 })
    .limit(limit)
    .toArray();
  return found.map(deadLetterOf);
}

/**
 * The conditions of a filter. $eq makes MongoDB compare a value that begins with `$` instead of reading an operator.
 */
function conditionsOf({ since, until, ...equal }: DeadLetterFilter): Document[] {
  return [
    ...Object.entries(equal).map(([field, value]) => [field, "$eq", value] as const),
    ["first_seen", "$gte", since] as const,
    ["first_seen", "$lte", until] as const,
  ]
    .filter(([, , value]) => value !== undefined)
    .map(([field, operator, value]) => ({ [field]: { [operator]: value } }));
}

const afterCursor = ({ first_seen, id }: DeadLetterCursor): Document => ({
  $or: [{ first_seen: { $lt: first_seen } }, { first_seen, _id: { $lt: id } }],
});

async function find(deadLetters: DeadLetterCollection, id: string) {
  const found = await deadLetters.findOne({ _id: { $eq: id } }, LIMIT);
  if (!found) return null;
  const { body, ...deadLetter } = found;
  // a copy, because the bytes of the driver may be part of a larger buffer
  return { ...deadLetterOf(deadLetter), body: body && Uint8Array.from(body.value()) };
}

async function mark(
  { collections: { deadLetters }, now }: Opened,
  { id, copies }: Pick<DeadLetter, "id" | "copies">,
  status: "redriven" | "dropped",
): Promise<DeadLetter | null> {
  const unchanged = { copies, status: { $ne: "dropped" as const } };
  const filter = { _id: { $eq: id }, ...(status === "redriven" ? unchanged : {}) };
  const change = { status, status_at: new Date(now()), ...(status === "dropped" ? { body: null } : {}) };
  await deadLetters.updateOne(filter, { $set: change }, LIMIT);
  const found = await deadLetters.findOne({ _id: { $eq: id } }, { ...LIMIT, ...WITHOUT_BODY });
  return found && deadLetterOf(found);
}
