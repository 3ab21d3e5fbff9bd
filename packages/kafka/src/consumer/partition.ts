import kafkajs from "kafkajs";
import { PARTITIONS } from "../topics/topics.ts";

const findPartition = kafkajs.Partitioners.DefaultPartitioner();
const partitionMetadata = Array.from({ length: PARTITIONS }, (_, partitionId) => ({
  partitionErrorCode: 0,
  partitionId,
  leader: 0,
  replicas: [],
  isr: [],
}));

/**
 * Returns the partition of a key in each of our topics. It is the one that Java's default partitioner chooses and never
 * changes.
 */
export const partitionOf = (key: string): number =>
  findPartition({ topic: "", partitionMetadata, message: { key, value: null } });
