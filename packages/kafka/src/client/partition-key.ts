/** The name of a partition in maps, logs and health checks. */
export const partitionKey = (topic: string, partition: number) => `${topic}:${partition}`;
