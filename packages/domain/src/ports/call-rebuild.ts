import type { Fold } from "../call/folded-call.ts";
import type { Change } from "./call-store.ts";
import type { Page } from "./page.ts";

/** A partition, as positions and fences are kept. */
export type Partition = { topic: string; partition: number };

/** How a kept call differs from the fold of its events. */
export type Difference = {
  key: string;
  /** `added`: there are events and no call; `removed`: a call and no events. */
  kind: "changed" | "added" | "removed";
  /** The names of the fields of a changed call that differ. */
  fields: string[];
};

export type Claim =
  /** Nothing was claimed: a fold of this higher revision has them. */
  | { superseded: number }
  | {
      superseded: null;
      /** Calls of a lower revision may be left: no rebuild of this one was finished. */
      behind: boolean;
    };

export type Refolded =
  | { superseded: number }
  | {
      superseded: null;
      differences: Difference[];
      /** To be told, then confirmed by `told`: also what a run before could not tell, and calls that went. */
      changes: Change[];
    };

/** A page of call_ids; each overgrown call is to be a work of its own, for all its events are read at once. */
export type KeysPage = Page<string> & { overgrown: string[] };

/** The part of the store that a rebuild needs: every call is folded again from its events while a projector goes on writing. */
export type CallRebuild = {
  /** Puts the partitions under a fold: from now on `apply` refuses a lower revision there. May be repeated. */
  claim(partitions: readonly Partition[], revision: number): Promise<Claim>;
  /** A rebuild of all calls is through: `claim` says so from now on. */
  finish(partitions: readonly Partition[], revision: number): Promise<void>;
  /**
   * The keys of all calls, first those that have events, then those that have none; those of overgrown calls apart from `items`. A
   * page holds at most `limit` keys, and may hold none and not be the last. `below`: leaves out calls that a fold of this
   * revision, or a higher one, has made.
   */
  listKeys(page: { limit: number; cursor: string | null; below: number | null }): Promise<KeysPage>;
  /** Finds the differences that `refold` would write, as of one moment; changes nothing. */
  compare(keys: readonly string[], fold: Fold): Promise<Difference[]>;
  /**
   * Folds these calls of one partition, overgrown ones too, and replaces what differs, with the changes to be told, as one and under
   * the fence: neither this nor a batch of the partition that is applied meanwhile overlooks the other. The position
   * stays. A call has the id of its first event. Throws Unavailable when it may be tried again.
   */
  refold(work: Partition & { keys: readonly string[] }, fold: Fold): Promise<Refolded>;
  /** The keys of all agents, those that have events and those that are kept, each once in a page. */
  listAgents(page: { limit: number; cursor: string | null }): Promise<Page<string>>;
  /** As `compare` and `refold`, for agents of a partition of their topic; the fold is the caller's fold of calls. */
  compareAgents(agents: readonly string[], fold: Pick<Fold, "readOccurrence">): Promise<Difference[]>;
  refoldAgents(
    work: Partition & { keys: readonly string[] },
    fold: Pick<Fold, "revision" | "readOccurrence">,
  ): Promise<Refolded>;
  /** These changes of a `refold` were told and need not be told again. */
  told(place: Partition, changes: readonly Change[]): Promise<void>;
};
