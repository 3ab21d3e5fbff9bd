/** The queries of the page about the gateway itself. Each throws Unavailable while the database cannot be reached. */
export type SystemQueries = {
  /** The next offset to read of each of these partitions, in their order; null if nothing of it was ever stored. */
  listPositions(places: readonly { topic: string; partition: number }[]): Promise<(number | null)[]>;
  /**
   * The number of stored events by the minute of reception, of the minutes that began since `since`. Minutes without
   * events are left out.
   */
  countMinutes(since: Date): Promise<{ minute: Date; events: number }[]>;
};
