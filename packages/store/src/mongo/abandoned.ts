import type { MongoClient } from "mongodb";
import { APP_NAME, OPERATION_LIMIT_MS } from "./connect.ts";

/**
 * A transaction of ours works from its start to its commit, some 30 ms. One that did nothing for this long belongs to a
 * process that died, or was stopped: if that one wakes up, it is told to begin anew.
 */
const ABANDONED_MICROS = 3_000_000;

type IdleSession = { lsid: { id: unknown } };

/**
 * Ends the transactions that processes of ours have left open when they died. MongoDB keeps such a one, and all it has touched,
 * for a minute (transactionLifetimeLimitSeconds) and lets nobody write there. Needs no rights: everyone may look
 * at and end sessions of their own user. Answers how many there were.
 */
export async function endAbandoned(client: MongoClient): Promise<number> {
  const admin = client.db("admin");
  const idle = {
    type: "idleSession",
    appName: APP_NAME,
    "transaction.timeInactiveMicros": { $gt: ABANDONED_MICROS },
  };
  const sessions = await admin
    .aggregate<IdleSession>(
      [{ $currentOp: { idleSessions: true } }, { $match: idle }, { $project: { lsid: 1 } }],
      // $currentOp takes no other read concern
      { maxTimeMS: OPERATION_LIMIT_MS, readConcern: "local" },
    )
    .toArray();
  if (sessions.length > 0)
    await admin.command({ killSessions: sessions.map(({ lsid: { id } }) => ({ id })) });
  return sessions.length;
}
