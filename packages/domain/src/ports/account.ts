import type { FoldRules, StoredRules } from "../call/fold-rules.ts";

/**
 * The rules by which the calls of a database are folded, and the installation that it belongs to. Each member throws
 * Unavailable while the database cannot be reached.
 */
export type Account = {
  /** Resolves with the stored rules; null before the first claim. */
  find(): Promise<StoredRules | null>;
  /** Stores the rules if none are stored yet. Resolves with the stored rules. */
  claim(rules: FoldRules): Promise<StoredRules>;
  /**
   * Replaces the stored rules. They are marked as `adopting` until `finishAdoption`: all calls and agents must be
   * folded again.
   */
  adopt(rules: FoldRules): Promise<void>;
  /** Removes the mark if these are the stored rules: all calls and agents are folded by them. */
  finishAdoption(rules: FoldRules): Promise<void>;
  /** The id of the installation. The first call creates it. It never changes, and a backup keeps it. */
  installation(): Promise<string>;
  /** The id of the installation; null before it is created. Writes nothing. */
  findInstallation(): Promise<string | null>;
};
