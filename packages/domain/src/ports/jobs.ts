/**
 * Recurring jobs, each of which is done by one of several instances. Each member throws Unavailable while the database
 * cannot be reached.
 */
export type Jobs = {
  /**
   * Claims a job if it is due. Returns whether this instance got it. No other instance gets it within the next hour.
   */
  claim(name: string, everyMs: number): Promise<boolean>;
  /** Releases a job. If it is done, it is due again after its interval, otherwise at once. */
  release(name: string, isDone: boolean): Promise<void>;
};
