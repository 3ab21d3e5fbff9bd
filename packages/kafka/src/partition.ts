import kafkajs from "kafkajs";
import { PARTITIONS } from "./topics.ts";

const findPartition = kafkajs.Partitioners.DefaultPartitioner();
const partitionMetadata = Array.from({ length: PARTITIONS }, (_, partitionId) => ({
  partitionErrorCode: 0,
  partitionId,
  leader: 0,
  replicas: [],
  isr: [],
}));

/** The partition of a key in every topic of ours, as Java's default partitioner chooses it: for ever the same. */
export const partitionOf = (key: string): number =>
  findPartition({ topic: "", partitionMetadata, message: { key, value: null } });
