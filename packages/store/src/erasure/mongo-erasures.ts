import {
  type ErasureAdmin,
  type ErasureSearch,
  type FindParties,
  type ReadOccurrence,
  readOccurrence as readInUtc,
} from "@teravoz/domain";
import type { Db } from "mongodb";
import { openCollections } from "../mongo/collections.ts";
import { type MongoConnection, OPERATION_LIMIT_MS } from "../mongo/connect.ts";
import { orUnavailable } from "../mongo/outage.ts";
import { findErased, hasUnreadable } from "./ledger.ts";
import { revived, revivedAside } from "./leftovers.ts";
import { findCall, measure } from "./measure.ts";
import { createLedgerNames } from "./names.ts";
import { outdatedSaid, unchangedSince } from "./outdated.ts";
import { findPerson } from "./person.ts";
import { createErasureRequests, mark } from "./requests.ts";

/** The ports of the erasure of calls, agents and persons. */
export type Erasures = ErasureAdmin &
  ErasureSearch & {
    /** Returns whether the ledger has entries that none of our keys can find. Throws Unavailable. */
    hasUnreadable(): Promise<boolean>;
  };

/** The erasures on MongoDB. The store's `prepare` creates their collection and indexes too. `now` in ms. */
export function createMongoErasures({
  connection: { db },
  erasureKeys,
  parties,
  readOccurrence = readInUtc,
  now = Date.now,
}: {
  connection: Pick<MongoConnection, "db">;
  erasureKeys: readonly string[];
  /** Finds the persons that a body names, by the rules of the account's region. */
  parties: FindParties;
  /** Reads stamps by the account's rules. By default stamps without a zone are UTC. */
  readOccurrence?: ReadOccurrence;
  now?: () => number;
}): Erasures {
  const collections = openCollections(db);
  const names = createLedgerNames(erasureKeys);
  const find = (subjects: Parameters<typeof findErased>[2]) => findErased(collections, names, subjects);
  const { request, requestFor, keepOut, receipt, personReceipt } = createErasureRequests({
    ...collections,
    names,
    now,
  });
  return {
    request: (...asked) => orUnavailable(() => request(...asked)),
    requestFor: (...asked) => orUnavailable(() => requestFor(...asked)),
    keepOut: (...kept) => orUnavailable(() => keepOut(...kept)),
    mark: () => orUnavailable(() => mark(collections)),
    receipt: (subject) => orUnavailable(() => receipt(subject)),
    personReceipt: (person) => orUnavailable(() => personReceipt(person)),
    countMembers: () => orUnavailable(() => countMembers(db)),
    findPerson: (person, search) =>
      orUnavailable(() => findPerson({ db, collections }, { ...search, person, findParties: parties })),
    hasUnreadable: () => orUnavailable(() => hasUnreadable(collections, names)),
    findCall: (key) => orUnavailable(() => findCall(collections, key)),
    measure: (share) => orUnavailable(() => measure(collections, share)),
    countCalls: () =>
      orUnavailable(() => collections.calls.estimatedDocumentCount({ maxTimeMS: OPERATION_LIMIT_MS })),
    countAgentEvents: (key) =>
      orUnavailable(() =>
        collections.events.countDocuments(
          { kind: "agent", aggregate_id: key },
          { maxTimeMS: OPERATION_LIMIT_MS },
        ),
      ),
    deleteDeadLetters: (ids) => orUnavailable(() => deleteDeadLetters(collections, ids)),
    unchangedSince: (time) => pagesOrUnavailable(unchangedSince(collections, time)),
    outdatedSaid: (time) => pagesOrUnavailable(outdatedSaid({ collections, time, readOccurrence })),
    revived: () => pagesOrUnavailable(revived({ collections, names, findErased: find })),
    revivedAside: () => pagesOrUnavailable(revivedAside(db, collections, find)),
  };
}

async function countMembers(db: Db): Promise<number> {
  const { hosts = [], passives = [] } = await db.command({ hello: 1, maxTimeMS: OPERATION_LIMIT_MS });
  return hosts.length + passives.length;
}

/** The number of ids in one command, which can hold many times as many. */
const DEAD_LETTERS_PAGE = 10_000;

async function deleteDeadLetters(
  { deadLetters }: ReturnType<typeof openCollections>,
  ids: readonly string[],
): Promise<void> {
  for (let at = 0; at < ids.length; at += DEAD_LETTERS_PAGE) {
    const page = ids.slice(at, at + DEAD_LETTERS_PAGE);
    await deadLetters.deleteMany({ _id: { $in: page } }, { maxTimeMS: OPERATION_LIMIT_MS });
  }
}

async function* pagesOrUnavailable<T>(pages: AsyncIterable<T>): AsyncIterable<T> {
  const pending = pages[Symbol.asyncIterator]();
  for (;;) {
    const { done, value } = await orUnavailable(() => pending.next());
    if (done) return;
    yield value;
  }
}
