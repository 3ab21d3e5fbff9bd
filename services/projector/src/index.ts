export { settings } from "./config.ts";
export { consumeEvents } from "./consume.ts";
export * from "./erasure/index.ts";
export { runProjector, type Seams } from "./run.ts";
