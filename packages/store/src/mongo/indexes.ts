import { type Collection, type Db, type IndexDescription, MongoServerError } from "mongodb";

export const LEDGER_INDEXES: IndexDescription[] = [
  { key: { expires_at: 1 }, expireAfterSeconds: 0 },
  { key: { asked_for: 1 }, sparse: true },
  { key: { of: 1 }, sparse: true },
  { key: { person: 1 }, sparse: true },
  { key: { under: 1 } },
];

/**
 * The time that counts of minutes are kept. Queries ask for a day at most, and MongoDB deletes expired documents once a
 * minute.
 */
export const MINUTES_KEPT_SECONDS = 25 * 3_600;

/**
 * Indexes for the events of a call or an agent (every query that names a key also names its kind), for the events of
 * agents by type and time, and for the newest events.
 */
const EVENT_INDEXES: IndexDescription[] = [
  { key: { kind: 1, aggregate_id: 1 } },
  { key: { type: 1, received_at: 1 }, partialFilterExpression: { kind: "agent" } },
  // costs 0.5 us of the 16 us of an insert, and 27 bytes
  { key: { id: -1 } },
];

/** The orders of calls: newest first by id, and newest first by their beginning. */
const BY_ID = { id: -1 } as const;
const BY_BEGIN = { began_at: -1, id: -1 } as const;

/** The index that finds recent changes. It includes the key, so that the index alone answers. */
const BY_VERSION: IndexDescription = { key: { version: 1, _id: 1 } };

/** Fields of which one value may be in very many calls. The page lists the calls of a value by their beginning. */
const WIDE_FIELDS = ["counted_as", "queue", "queues", "agents", "our_number_canonical"];

/**
 * The indexes of calls. ListCalls filters by each of these fields, newest first. If few calls have a value, the index
 * by id is enough for any order. The index of both times finds calls that changed lately, or were under way at a time,
 * without reading calls. Few calls wait or were abandoned, and their indexes hold no other calls. aggregate_id is
 * `_id`.
 */
const CALL_INDEXES: IndexDescription[] = [
  { key: BY_ID, unique: true },
  { key: BY_BEGIN },
  { key: { updated_at: 1, created_at: 1 } },
  BY_VERSION,
  ...[
    "state",
    "queue",
    "queues",
    "actor",
    "agents",
    "code",
    "direction",
    "our_number",
    "their_number",
    "our_number_canonical",
    "their_number_canonical",
  ].map((field) => ({ key: { [field]: 1 as const, ...BY_ID } })),
  ...WIDE_FIELDS.map((field) => ({ key: { [field]: 1 as const, ...BY_BEGIN } })),
  ...["waiting_since", "abandoned_at"].map((field) => ({
    key: { [field]: 1 as const },
    partialFilterExpression: { [field]: { $type: "date" } },
  })),
];

/** The index that finds changes since a moment. */
export const CALLS_BY_TIME = CALL_INDEXES.find(({ key }) => "updated_at" in key)!.key as Record<string, 1>;

/**
 * The time after which MongoDB deletes dead letters, for a database without a projector. The projector deletes them
 * after 30 days and reports how many waited.
 */
const DEAD_LETTERS_KEPT_SECONDS = 31 * 86_400;
const DEAD_LETTERS_BY_AGE = { last_seen: 1 } as const;
const DEAD_LETTERS_BY_AGE_NAME = "last_seen_1";

/** The time after which MongoDB deletes an instance that was not ready again. */
const INSTANCES_KEPT_SECONDS = 3_600;

/** The indexes of dead letters: one for each filter, in the order of the list. */
const DEAD_LETTER_INDEXES: IndexDescription[] = [
  { key: { first_seen: -1, _id: -1 } },
  ...["status", "reason", "type", "key"].map((field) => ({
    key: { [field]: 1 as const, first_seen: -1 as const, _id: -1 as const },
  })),
];

/** Indexes of earlier releases, which are replaced by others. */
const FORMER_CALL_INDEXES = ["updated_at_1", "legs.agent_1_id_-1"];

/** Creates collections and indexes. Resolves when all of them exist. */
export async function prepareCollections(db: Db): Promise<void> {
  await createCollections(db);
  await createIndexes(db);
}

/**
 * Creates the missing collections. Several instances may do so at once. A transaction must find its collections,
 * because two transactions that create one implicitly would conflict.
 */
export async function createCollections(db: Db): Promise<void> {
  const names = [
    "events",
    "calls",
    "agents",
    "positions",
    "sequences",
    "minutes",
    "dead_letters",
    "erased",
    "jobs",
    "instances",
  ];
  await Promise.all(names.map((name) => db.createCollection(name).catch(unlessThere)));
}

/**
 * Builds the missing indexes and drops those of earlier releases. Reads and writes continue meanwhile. If a build takes
 * longer than the timeout of a connection (MongoNetworkTimeoutError), it continues, and the next call joins it.
 */
export async function createIndexes(db: Db): Promise<void> {
  await Promise.all([
    db.collection("events").createIndexes(EVENT_INDEXES),
    db.collection("calls").createIndexes(CALL_INDEXES),
    db.collection("agents").createIndexes([BY_VERSION]),
    db.collection("dead_letters").createIndexes(DEAD_LETTER_INDEXES),
    db.collection("erased").createIndexes(LEDGER_INDEXES),
    db
      .collection("instances")
      .createIndexes([{ key: { ready_at: 1 }, expireAfterSeconds: INSTANCES_KEPT_SECONDS }]),
    db
      .collection("minutes")
      .createIndexes([{ key: { minute: 1 }, expireAfterSeconds: MINUTES_KEPT_SECONDS }]),
    keepDeadLetters(db),
  ]);
  await dropFormer(db.collection("calls"));
}

/**
 * Builds the index again if an earlier release made it with a shorter time. Changing an index would need permissions
 * that the services do not have.
 */
async function keepDeadLetters(db: Db): Promise<void> {
  const deadLetters = db.collection("dead_letters");
  const create = () =>
    deadLetters.createIndex(DEAD_LETTERS_BY_AGE, { expireAfterSeconds: DEAD_LETTERS_KEPT_SECONDS });
  await create().catch(async (error) => {
    unlessCode(OTHER_OPTIONS)(error);
    await deadLetters.dropIndex(DEAD_LETTERS_BY_AGE_NAME).catch(unlessGone);
    await create();
  });
}

/**
 * Drops the indexes of earlier releases. It checks first that they exist, because even the drop of a missing index
 * waits for all transactions on the collection.
 */
async function dropFormer(calls: Collection): Promise<void> {
  for (const { name } of await calls.indexes())
    if (name !== undefined && FORMER_CALL_INDEXES.includes(name))
      await calls.dropIndex(name).catch(unlessGone);
}

/** The code of IndexOptionsConflict. */
const OTHER_OPTIONS = 85;
/** The code of NamespaceExists. */
const ALREADY_THERE = 48;
/** The code of IndexNotFound. */
const NOT_THERE = 27;

const unlessCode = (code: number) => (error: unknown) => {
  if (!(error instanceof MongoServerError && error.code === code)) throw error;
};
const unlessThere = unlessCode(ALREADY_THERE);
const unlessGone = unlessCode(NOT_THERE);
