/** Names a partition, for maps, logs and health checks. */
export const partitionKey = (topic: string, partition: number) => `${topic}:${partition}`;
