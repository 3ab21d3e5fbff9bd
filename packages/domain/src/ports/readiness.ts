/**
 * Lets the instances of one service know about each other without Kafka. Only the clock of the database counts. Each
 * member throws Unavailable while the database cannot be reached.
 */
export type Readiness = {
  /** Records that this instance is ready now. */
  announce(): Promise<void>;
  /** Returns whether another instance has announced itself within `withinMs`. */
  isAnotherReady(withinMs: number): Promise<boolean>;
};
