import { type ReadOccurrence, stampEvent } from "@teravoz/domain";
import { openCollections } from "../mongo/collections.ts";
import { type MongoConnection, OPERATION_LIMIT_MS } from "../mongo/connect.ts";
import { orUnavailable } from "../mongo/outage.ts";

/** The number of events in a page. A thousand usual events have half a megabyte, and take about 10 ms. */
const PAGE_EVENTS = 1_000;

const LIMIT = { maxTimeMS: OPERATION_LIMIT_MS } as const;

/**
 * Corrects `occurred_at` of a page of stored events by the account's rules. The page begins after a uuid (null = the
 * first event). Returns the last uuid of the page, null after the last page. May be repeated. Throws Unavailable.
 */
export const restampEvents = (
  connection: Pick<MongoConnection, "db">,
  asked: { after: string | null; readOccurrence: ReadOccurrence },
): Promise<string | null> => orUnavailable(() => restampPage(connection, asked));

async function restampPage(
  { db }: Pick<MongoConnection, "db">,
  { after, readOccurrence }: { after: string | null; readOccurrence: ReadOccurrence },
): Promise<string | null> {
  const { events } = openCollections(db);
  const page = await events
    .find(after === null ? {} : { _id: { $gt: after } }, LIMIT)
    .sort({ _id: 1 })
    .limit(PAGE_EVENTS)
    .toArray();
  const updates = page.flatMap(({ _id, ...event }) => {
    const { occurred_at } = stampEvent({ uuid: _id, ...event }, readOccurrence);
    if (occurred_at?.getTime() === event.occurred_at?.getTime()) return [];
    return { updateOne: { filter: { _id }, update: { $set: { occurred_at } } } };
  });
  if (updates.length > 0) await events.bulkWrite(updates, { ordered: false, ...LIMIT });
  return page.length < PAGE_EVENTS ? null : page.at(-1)!._id;
}
