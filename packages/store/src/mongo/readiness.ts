import type { Readiness } from "@teravoz/domain";
import { openCollections } from "./collections.ts";
import { type MongoConnection, OPERATION_LIMIT_MS } from "./connect.ts";
import { orUnavailable } from "./outage.ts";

const LIMIT = { maxTimeMS: OPERATION_LIMIT_MS } as const;

/**
 * The readiness of the instances, in MongoDB. The store's `prepare` creates the index by which MongoDB deletes
 * instances that are gone.
 */
export function createMongoReadiness({ db }: Pick<MongoConnection, "db">, instance: string): Readiness {
  const { instances } = openCollections(db);
  return {
    announce: () =>
      orUnavailable(async () => {
        const now = { $currentDate: { ready_at: true as const } };
        await instances.updateOne({ _id: instance }, now, { upsert: true, ...LIMIT });
      }),
    isAnotherReady: (withinMs: number) =>
      orUnavailable(async () => {
        const since = { $subtract: ["$$NOW", withinMs] };
        const ready = { _id: { $ne: instance }, $expr: { $gte: ["$ready_at", since] } };
        return (await instances.findOne(ready, LIMIT)) !== null;
      }),
  };
}
