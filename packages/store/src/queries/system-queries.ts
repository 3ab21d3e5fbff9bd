import type { SystemQueries } from "@teravoz/domain";
import { readMinutes } from "../apply/minutes.ts";
import { positionId } from "../apply/positions.ts";
import { openCollections } from "../mongo/collections.ts";
import { type MongoConnection, OPERATION_LIMIT_MS } from "../mongo/connect.ts";
import { orUnavailable } from "../mongo/outage.ts";

const reading = { readConcern: { level: "majority" }, maxTimeMS: OPERATION_LIMIT_MS } as const;

/**
 * The queries for the progress of the store and the recent number of events. They read from the primary, and only data
 * that a majority has acknowledged.
 */
export function createMongoSystemQueries({ db }: Pick<MongoConnection, "db">): SystemQueries {
  const collections = openCollections(db);
  return {
    listPositions: (places) =>
      orUnavailable(async () => {
        const ids = places.map(({ topic, partition }) => positionId(topic, partition));
        const found = await collections.positions
          .find({ _id: { $in: ids } }, { ...reading, projection: { next: 1 } })
          .toArray();
        const positions = new Map(found.map(({ _id, next }) => [_id, next]));
        return ids.map((id) => positions.get(id) ?? null);
      }),
    countMinutes: (since) => orUnavailable(() => readMinutes(collections, since)),
  };
}
