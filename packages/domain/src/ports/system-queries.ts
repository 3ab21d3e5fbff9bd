/** What the page about the gateway itself asks of the store. Each throws Unavailable while the database is away. */
export type SystemQueries = {
  /** The next offset to read of each of these partitions, in their order; null where nothing of it was ever stored. */
  listPositions(places: readonly { topic: string; partition: number }[]): Promise<(number | null)[]>;
  /** Events stored, by the minute they were received in, of the minutes that began since; minutes without any are left out. */
  countMinutes(since: Date): Promise<{ minute: Date; events: number }[]>;
};
