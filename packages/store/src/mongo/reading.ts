import { RECENT_FIELDS } from "@teravoz/domain";
import { OPERATION_LIMIT_MS } from "./connect.ts";

/**
 * The options of a query that reads one snapshot, acknowledged by a majority. With `majority` instead, a query that
 * yields in the middle could miss a call that a batch deletes and inserts again (see writeCalls).
 */
export const reading = { readConcern: { level: "snapshot" }, maxTimeMS: OPERATION_LIMIT_MS } as const;

/**
 * The number of calls in one batch of an answer. A day of a large call centre has 100,000 calls, about 30 MB, so the
 * batches are larger than the default.
 */
export const RECENT_AT_ONCE = 10_000;

/** The fields of RecentCall. */
export const RECENT = { _id: 0, ...Object.fromEntries(RECENT_FIELDS.map((field) => [field, 1])) };

/** The options of a query for calls that are returned to callers. */
export const HANDED_OUT = { ...reading, projection: { _id: 0, overgrown: 0 } } as const;
