import { openCollections } from "./collections.ts";
import { type MongoConnection, OPERATION_LIMIT_MS } from "./connect.ts";
import { orUnavailable } from "./outage.ts";

const LIMIT = { maxTimeMS: OPERATION_LIMIT_MS } as const;

/**
 * What instances of one service know of each other without Kafka. Only the clock of the database counts. The store's `prepare` lets
 * MongoDB delete instances that have gone.
 */
export function createMongoReadiness({ db }: Pick<MongoConnection, "db">, instance: string) {
  const { instances } = openCollections(db);
  return {
    /** This instance is ready now. Throws Unavailable. */
    announce: () =>
      orUnavailable(async () => {
        const now = { $currentDate: { ready_at: true as const } };
        await instances.updateOne({ _id: instance }, now, { upsert: true, ...LIMIT });
      }),
    /** Whether another instance has announced itself within `withinMs`. Throws Unavailable. */
    isAnotherReady: (withinMs: number) =>
      orUnavailable(async () => {
        const since = { $subtract: ["$$NOW", withinMs] };
        const ready = { _id: { $ne: instance }, $expr: { $gte: ["$ready_at", since] } };
        return (await instances.findOne(ready, LIMIT)) !== null;
      }),
  };
}
