import type { SystemQueries } from "@teravoz/domain";
import { openCollections } from "./collections.ts";
import { type MongoConnection, OPERATION_LIMIT_MS } from "./connect.ts";
import { readMinutes } from "./minutes.ts";
import { orUnavailable } from "./outage.ts";
import { positionId } from "./positions.ts";

const reading = { readConcern: { level: "majority" }, maxTimeMS: OPERATION_LIMIT_MS } as const;

/** How far the store has come, and how much came lately; from the primary, what a majority has. */
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
