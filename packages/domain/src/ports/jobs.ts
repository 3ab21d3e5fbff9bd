/** Recurring jobs that one of several instances does. Each member throws Unavailable while the database is away. */
export type Jobs = {
  /** Claims a job if it is due; answers whether this instance got it. No other instance gets it within the next hour. */
  claim(name: string, everyMs: number): Promise<boolean>;
  /** Releases a job. If it is done, it is due again after its interval, otherwise at once. */
  release(name: string, isDone: boolean): Promise<void>;
};
