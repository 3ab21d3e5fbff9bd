import type { ClientSession } from "mongodb";
import type { Collections } from "../mongo/collections.ts";

/** One try of a transaction. `now` in ms. */
export type Attempt = { collections: Collections; session: ClientSession; now: number };
