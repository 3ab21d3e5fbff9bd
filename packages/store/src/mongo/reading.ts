import { RECENT_FIELDS } from "@teravoz/domain";
import { OPERATION_LIMIT_MS } from "./connect.ts";

/**
 * One moment for the whole of a query, and one a majority has. With `majority` alone a query that gives way in the middle
 * could miss a call that a batch takes out and puts back (see writeCalls).
 */
export const reading = { readConcern: { level: "snapshot" }, maxTimeMS: OPERATION_LIMIT_MS } as const;

/** A day of a large call centre are 100,000 calls: some 30 MB, read in larger runs than the driver's own. */
export const RECENT_AT_ONCE = 10_000;

/** Of a call what RecentCall has. */
export const RECENT = { _id: 0, ...Object.fromEntries(RECENT_FIELDS.map((field) => [field, 1])) };

/** A call as it is handed out. */
export const HANDED_OUT = { ...reading, projection: { _id: 0, overgrown: 0 } } as const;
