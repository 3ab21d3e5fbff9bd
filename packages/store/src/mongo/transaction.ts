import { setTimeout as sleep } from "node:timers/promises";
import { Unavailable } from "@teravoz/domain";
import {
  type ClientSession,
  type MongoClient,
  MongoError,
  MongoErrorLabel,
  type TransactionOptions,
} from "mongodb";
import { OPERATION_LIMIT_MS } from "./connect.ts";
import { abortOrphaned } from "./orphaned-transactions.ts";
import { isDuplicateKey, isLostLink } from "./outage.ts";

/**
 * The time after which no new try starts. withTransaction of the driver would try for 120 s, which is longer than the
 * session of any consumer. A few elections fit into 15 s, and a caller that gets Unavailable tries again with fresh
 * data.
 */
const TRIES_LIMIT_MS = 15_000;
/** The first and the longest pause between two tries: conflicts clear in milliseconds, elections in seconds. */
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 500;
/**
 * The number of lost tries in a row after which orphaned transactions are looked for: first after 1.6 s, then every 4
 * s.
 */
const STUCK_TRIES = 8;
/**
 * The number of tries after which a duplicate key is final. The next try reads a key that another transaction has just
 * inserted. If it collides three times it is not a race, and the document can never be stored.
 */
const COLLISION_TRIES = 3;

const TRANSACTION: TransactionOptions = {
  readConcern: { level: "snapshot" },
  writeConcern: { w: "majority", journal: true },
  readPreference: "primary",
  maxCommitTimeMS: OPERATION_LIMIT_MS,
};

/**
 * Runs `body` in a transaction. Runs it again from its start if it lost against another transaction or lost its
 * primary, so `body` must have no effects outside the transaction that may not be repeated. Throws the error of the
 * last try, or Unavailable if no commit was answered: the transaction may then be committed or not.
 */
export async function runTransaction<T>(
  client: MongoClient,
  body: (session: ClientSession) => Promise<T>,
  onRetry: (attempt: number) => void,
): Promise<T> {
  const deadline = performance.now() + TRIES_LIMIT_MS;
  const session = client.startSession();
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await runOnce(session, body, deadline);
      } catch (error) {
        if (!isWorthATry(error, attempt) || performance.now() >= deadline) throw error;
      }
      onRetry(attempt);
      // an error here changes nothing: the next tries continue as before
      if (attempt % STUCK_TRIES === 0) await abortOrphaned(client).catch(() => {});
      await sleep(pauseAfter(attempt));
    }
  } finally {
    await session.endSession();
  }
}

async function runOnce<T>(
  session: ClientSession,
  body: (session: ClientSession) => Promise<T>,
  deadline: number,
): Promise<T> {
  session.startTransaction(TRANSACTION);
  try {
    const value = await body(session);
    await commit(session, deadline);
    return value;
  } catch (error) {
    // if the abort does not arrive, the next transaction of the session or a timeout aborts the transaction
    if (session.inTransaction()) await session.abortTransaction().catch(() => {});
    throw error;
  }
}

/**
 * Commits, and repeats a commit whose answer was lost: the server remembers the commit and gives the same answer. It
 * also repeats a commit that failed with an error that is not MongoDB's, because the driver (7.9) itself fails on the
 * error of a socket write (`error.hasErrorLabel is not a function`).
 */
async function commit(session: ClientSession, deadline: number): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await session.commitTransaction();
    } catch (error) {
      if (!isOutcomeUnknown(error)) throw error;
      if (performance.now() >= deadline)
        throw new Unavailable("the commit was not answered", { cause: error });
    }
    await sleep(pauseAfter(attempt));
  }
}

const isOutcomeUnknown = (error: unknown) =>
  !(error instanceof MongoError) || error.hasErrorLabel(MongoErrorLabel.UnknownTransactionCommitResult);

/** Returns whether nothing was stored and the next try may succeed. */
function isWorthATry(error: unknown, attempt: number): boolean {
  if (isDuplicateKey(error)) return attempt < COLLISION_TRIES;
  if (isLostLink(error)) return true;
  return error instanceof MongoError && error.hasErrorLabel(MongoErrorLabel.TransientTransactionError);
}

const pauseAfter = (attempt: number) => Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS);
