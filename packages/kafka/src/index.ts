export * from "./batch.ts";
export * from "./client.ts";
export * from "./codec.ts";
export * from "./consumer.ts";
export * from "./park.ts";
export * from "./producer.ts";
export { findMissingSchemas, openRegistry, registerSchema, registerSchemas } from "./registry.ts";
export * from "./tail.ts";
export * from "./topics.ts";
