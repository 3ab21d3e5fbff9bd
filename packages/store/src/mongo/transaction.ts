import { setTimeout as sleep } from "node:timers/promises";
import { Unavailable } from "@teravoz/domain";
import {
  type ClientSession,
  type MongoClient,
  MongoError,
  MongoErrorLabel,
  type TransactionOptions,
} from "mongodb";
import { endAbandoned } from "./abandoned.ts";
import { OPERATION_LIMIT_MS } from "./connect.ts";
import { isDuplicateKey, isLostLink } from "./outage.ts";

/**
 * No new try is begun after this long. The driver's own withTransaction goes on for 120 s, past any consumer's session;
 * a few elections fit in 15 s, and who is told Unavailable tries again with what is then there.
 */
const TRIES_LIMIT_MS = 15_000;
/** First and longest pause between two tries: conflicts clear in milliseconds, elections in seconds. */
const FIRST_PAUSE_MS = 5;
const LONGEST_PAUSE_MS = 500;
/** So many tries lost in a row, after 1.6 s and every 4 s from then on: what is in the way may be dead. */
const STUCK_TRIES = 8;
/**
 * A key that another transaction has just inserted is seen by the next try's reads. Where it still collides after
 * three tries it is no race: that document can never be stored.
 */
const COLLISION_TRIES = 3;

const TRANSACTION: TransactionOptions = {
  readConcern: { level: "snapshot" },
  writeConcern: { w: "majority", journal: true },
  readPreference: "primary",
  maxCommitTimeMS: OPERATION_LIMIT_MS,
};

/**
 * Runs `body` in a transaction, anew from its start when it lost against another one or its primary. `body` must do
 * nothing outside that may not be done again. Throws the last try's error, or Unavailable where no commit was answered:
 * then the transaction may or may not have happened.
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
      // only a help: without it the next tries go on as they would
      if (attempt % STUCK_TRIES === 0) await endAbandoned(client).catch(() => {});
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
    // an abort that does not arrive is made up for: the session's next transaction, or its end by time, does it
    if (session.inTransaction()) await session.abortTransaction().catch(() => {});
    throw error;
  }
}

/**
 * A commit whose answer was lost is asked for again: the server remembers and answers the same. So is one that failed with
 * no error of MongoDB's: the driver (7.9) breaks on Node's own error of a socket that was written to
 * (`error.hasErrorLabel is not a function`).
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

/** Nothing was stored, and the next try may find things otherwise. */
function isWorthATry(error: unknown, attempt: number): boolean {
  if (isDuplicateKey(error)) return attempt < COLLISION_TRIES;
  if (isLostLink(error)) return true;
  return error instanceof MongoError && error.hasErrorLabel(MongoErrorLabel.TransientTransactionError);
}

const pauseAfter = (attempt: number) => Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS);
