import type { Erased, StoredEvent } from "@teravoz/domain";
import type { ClientSession, Db, Filter } from "mongodb";
import type { Collections } from "../mongo/collections.ts";
import { OPERATION_LIMIT_MS } from "../mongo/connect.ts";
import type { EventDocument } from "../mongo/documents.ts";

/** The prefix of the names of past collections, which hold calls as they were at an earlier moment. */
export const PAST_PREFIX = "past_";

const keysOf = (erased: readonly Erased[], kind: Erased["kind"]) =>
  erased.filter((each) => each.kind === kind).map(({ key }) => key);

/** Deletes all data of erased subjects: events, calls, dead letters, and changes that a rebuild could not notify. */
export async function deleteErased(
  collections: Collections,
  erased: readonly Erased[],
  session: ClientSession,
): Promise<void> {
  const options = { session, maxTimeMS: OPERATION_LIMIT_MS };
  const calls = keysOf(erased, "call");
  if (calls.length > 0) {
    await collections.events.deleteMany({ aggregate_id: { $in: calls }, kind: "call" }, options);
    await collections.calls.deleteMany({ _id: { $in: calls } }, options);
    const untold = { key: { $in: calls } };
    await collections.positions.updateMany(
      { untold: { $elemMatch: untold } },
      { $pull: { untold } },
      options,
    );
  }
  const agents = erased.filter(({ kind }) => kind === "agent");
  if (agents.length > 0) await collections.events.deleteMany({ $or: agents.map(eventsOfAgent) }, options);
  const single = keysOf(erased, "event");
  if (single.length > 0)
    await collections.events.deleteMany({ _id: { $in: single }, kind: "agent" }, options);
  const deadLetters = deadLettersOf(erased);
  if (deadLetters) await collections.deadLetters.deleteMany(deadLetters, options);
}

/** The number of events in one delete, which takes about a second on a busy database. */
const PAGE = 5_000;

/**
 * Deletes most events of an oversized call, or of an agent with very many events, before the transaction, because one
 * transaction cannot delete so many. The tombstone was read, so the transaction would delete them in any case.
 */
export async function thinOut({ calls, events }: Collections, erased: readonly Erased[]): Promise<void> {
  const limit = { maxTimeMS: OPERATION_LIMIT_MS };
  const oversized = { _id: { $in: keysOf(erased, "call") }, overgrown: true as const };
  const large = await calls.find(oversized, { projection: { _id: 1 }, ...limit }).toArray();
  const agents = erased.filter(({ kind }) => kind === "agent").map(eventsOfAgent);
  for (const filter of [
    ...large.map(({ _id }) => ({ aggregate_id: _id, kind: "call" as const })),
    ...agents,
  ]) {
    for (let length = PAGE; length === PAGE; ) {
      const page = await events.find(filter, { projection: { _id: 1 }, limit: PAGE, ...limit }).toArray();
      ({ length } = page);
      if (length === PAGE) await events.deleteMany({ _id: { $in: page.map(({ _id }) => _id) } }, limit);
    }
  }
}

/** The filter of an agent's events that are erased. It equals isErased of the domain. */
export const eventsOfAgent = ({
  key,
  erased_at,
}: Pick<Erased, "key" | "erased_at">): Filter<EventDocument> => ({
  aggregate_id: key,
  kind: "agent",
  $or: [{ received_at: { $lte: erased_at } }, { occurred_at: { $lte: erased_at } }],
});

/**
 * The filter of the dead letters to delete. The key of a dead letter may be that of a call or an agent. All dead
 * letters of a call are deleted; newer dead letters of an agent stay. Null if there is none to delete.
 */
function deadLettersOf(erased: readonly Erased[]) {
  const filters = erased.flatMap(({ kind, key, erased_at }) => {
    if (kind === "call") return [{ key }];
    return kind === "agent" ? [{ key, first_seen: { $lte: erased_at } }] : [];
  });
  return filters.length > 0 ? { $or: filters } : null;
}

/** See CallStore.listAgentEvents. */
export async function listAgentEvents(
  { events }: Collections,
  key: string,
  { since, limit }: { since: Date; limit: number },
): Promise<StoredEvent[]> {
  const options = { sort: { id: -1 }, limit, maxTimeMS: OPERATION_LIMIT_MS } as const;
  const found = await events.find({ kind: "agent", aggregate_id: key }, options).toArray();
  return found
    .filter(({ received_at }, index) => index === 0 || received_at >= since)
    .map(({ _id, ...event }) => ({ uuid: _id, ...event }));
}

/**
 * Deletes data that no transaction writes with the events, and data that was written while the erasure ran: see
 * CallStore.forget.
 */
export async function forgetErased(
  db: Db,
  { deadLetters }: Collections,
  erased: readonly Erased[],
): Promise<void> {
  const limit = { maxTimeMS: OPERATION_LIMIT_MS };
  const filter = deadLettersOf(erased);
  if (filter) await deadLetters.deleteMany(filter, limit);
  const calls = keysOf(erased, "call");
  const past = calls.length === 0 ? [] : await pastCollections(db);
  for (const name of past)
    await db.collection<{ _id: string }>(name).deleteMany({ _id: { $in: calls } }, limit);
}

export async function pastCollections(db: Db): Promise<string[]> {
  const found = await db
    .listCollections({ name: { $regex: `^${PAST_PREFIX}` } }, { nameOnly: true })
    .toArray();
  return found.map(({ name }) => name);
}
