import type { Jobs } from "@teravoz/domain";
import { openCollections } from "./collections.ts";
import { type MongoConnection, OPERATION_LIMIT_MS } from "./connect.ts";
import { isDuplicateKey, orUnavailable } from "./outage.ts";

/**
 * The time after which a claim expires, for example because its instance crashed. A usual daily job takes less time.
 * The first retention over millions of calls takes longer: after an hour another projector starts it too, with the
 * remaining calls. That writes some tombstones twice and does no harm.
 */
export const CLAIM_MS = 3_600_000;
const NEVER = new Date(0);
const LIMIT = { maxTimeMS: OPERATION_LIMIT_MS } as const;

/** The jobs that instances share through MongoDB. The store's `prepare` creates their collection too. `now` in ms. */
export function createMongoJobs({
  connection,
  now = Date.now,
}: {
  connection: Pick<MongoConnection, "db">;
  now?: () => number;
}): Jobs {
  const { jobs } = openCollections(connection.db);
  const claim = async (_id: string, everyMs: number) => {
    const before = (ms: number) => ({ $lte: new Date(now() - ms) });
    const due = { _id, done_at: before(everyMs), claimed_at: before(CLAIM_MS) };
    const claimed = { $set: { claimed_at: new Date(now()) }, $setOnInsert: { done_at: NEVER } };
    return jobs.updateOne(due, claimed, { upsert: true, ...LIMIT }).then(() => true, unlessThere);
  };
  const release = (_id: string, isDone: boolean) => {
    const change = { claimed_at: NEVER, ...(isDone && { done_at: new Date(now()) }) };
    return jobs.updateOne({ _id }, { $set: change }, LIMIT);
  };
  return {
    claim: (...asked) => orUnavailable(() => claim(...asked)),
    release: (...done) => orUnavailable(async () => void (await release(...done))),
  };
}

/** Returns false if the job exists and is not due: the upsert then tried to insert it again. */
function unlessThere(error: unknown): false {
  if (isDuplicateKey(error)) return false;
  throw error;
}
