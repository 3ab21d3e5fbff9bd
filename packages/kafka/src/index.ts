export * from "./client/client.ts";
export * from "./client/ends.ts";
export type { Silence } from "./client/fetches.ts";
export * from "./consumer/batch.ts";
export * from "./consumer/consumer.ts";
export * from "./consumer/park.ts";
export * from "./consumer/partition.ts";
export { Undecodable } from "./log/reader.ts";
export * from "./log/tail.ts";
export * from "./producer/delivery-header.ts";
export * from "./producer/producer.ts";
export * from "./schemas/codec.ts";
export {
  findMissingSchemas,
  openRegistry,
  registerSchema,
  registerSchemas,
  subjectsOf,
} from "./schemas/registry.ts";
export * from "./status/status.ts";
export * from "./topics/topics.ts";
export { findRisks, topicsCheck } from "./topics/topics-check.ts";
