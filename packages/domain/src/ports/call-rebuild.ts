import type { Fold } from "../call/folded-call.ts";
import type { Change } from "./call-store.ts";
import type { Page } from "./page.ts";

/** A partition. A position and a fence are stored for each. */
export type Partition = { topic: string; partition: number };

/** The difference between a stored call and the fold of its events. */
export type Difference = {
  key: string;
  /** `added`: there are events, but no call. `removed`: there is a call, but no events. */
  kind: "changed" | "added" | "removed";
  /** The names of the different fields of a changed call. */
  fields: string[];
};

export type Claim =
  /** Nothing was claimed: a fold of this higher revision owns the partitions. */
  | { superseded: number }
  | {
      superseded: null;
      /** True if calls of a lower revision may be left, because no rebuild by this revision was finished. */
      behind: boolean;
    };

export type Refolded =
  | { superseded: number }
  | {
      superseded: null;
      differences: Difference[];
      /**
       * The changes to notify and then to confirm with `confirmNotified`. They include changes that an earlier run
       * could not notify, and removed calls.
       */
      changes: Change[];
    };

/** A page of call_ids. Each oversized call must be refolded on its own, because all its events are read at once. */
export type KeysPage = Page<string> & { oversized: string[] };

/**
 * The part of the store for a rebuild, which folds every call again from its events while projectors continue to write.
 */
export type CallRebuild = {
  /** Claims the partitions for a fold: from now on `apply` refuses a lower revision there. May be repeated. */
  claim(partitions: readonly Partition[], revision: number): Promise<Claim>;
  /** Records that a rebuild of all calls is finished: from now on `claim` reports it. */
  finish(partitions: readonly Partition[], revision: number): Promise<void>;
  /**
   * The keys of all calls: first calls with events, then calls without; oversized calls are listed apart from `items`.
   * A page holds at most `limit` keys, and may be empty without being the last. `below` leaves out calls that a fold of
   * this or a higher revision has made.
   */
  listKeys(page: { limit: number; cursor: string | null; below: number | null }): Promise<KeysPage>;
  /** Finds the differences that `refold` would write, as of one moment. Changes nothing. */
  compare(keys: readonly string[], fold: Fold): Promise<Difference[]>;
  /**
   * Folds these calls of one partition, oversized ones too. Replaces different calls and stores the changes to notify
   * in one transaction under the fence, so neither it nor a batch that is applied at the same time misses the changes
   * of the other. The position does not change. A call has the id of its first event. Throws Unavailable if it may be
   * tried again.
   */
  refold(work: Partition & { keys: readonly string[] }, fold: Fold): Promise<Refolded>;
  /** The keys of all agents, with events or stored, each once in a page. */
  listAgents(page: { limit: number; cursor: string | null }): Promise<Page<string>>;
  /** Like `compare` and `refold`, for agents of a partition of their topic. The fold is the caller's fold of calls. */
  compareAgents(agents: readonly string[], fold: Pick<Fold, "readOccurrence">): Promise<Difference[]>;
  refoldAgents(
    work: Partition & { keys: readonly string[] },
    fold: Pick<Fold, "revision" | "readOccurrence">,
  ): Promise<Refolded>;
  /** Confirms that these changes of a `refold` were notified and need not be notified again. */
  confirmNotified(place: Partition, changes: readonly Change[]): Promise<void>;
};
