import type { MongoClient } from "mongodb";
import { APP_NAME, OPERATION_LIMIT_MS } from "./connect.ts";

/**
 * The age at which an idle transaction of ours counts as orphaned. A transaction works without a pause from start to
 * commit, in about 30 ms, so an idle one belongs to a process that crashed or was stopped. If that process resumes, its
 * transaction fails and is tried again.
 */
const ABANDONED_MICROS = 3_000_000;

type IdleSession = { lsid: { id: unknown } };

/**
 * Aborts transactions orphaned by crashed processes of ours. MongoDB keeps such a transaction for a minute
 * (transactionLifetimeLimitSeconds), and no other process can write the documents that it has changed. Needs no
 * additional permissions, because every user may see and end its own sessions. Returns the number of aborted
 * transactions.
 */
export async function abortOrphaned(client: MongoClient): Promise<number> {
  const admin = client.db("admin");
  const idle = {
    type: "idleSession",
    appName: APP_NAME,
    "transaction.timeInactiveMicros": { $gt: ABANDONED_MICROS },
  };
  const sessions = await admin
    .aggregate<IdleSession>(
      [{ $currentOp: { idleSessions: true } }, { $match: idle }, { $project: { lsid: 1 } }],
      // $currentOp allows no other read concern
      { maxTimeMS: OPERATION_LIMIT_MS, readConcern: "local" },
    )
    .toArray();
  if (sessions.length > 0)
    await admin.command({ killSessions: sessions.map(({ lsid: { id } }) => ({ id })) });
  return sessions.length;
}
