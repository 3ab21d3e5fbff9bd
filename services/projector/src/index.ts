export { settings } from "./config.ts";
export { consumeEvents } from "./consume.ts";
export * from "./dead-letters/index.ts";
export * from "./erasure/index.ts";
export { type RebuildSeams, runRebuild } from "./rebuild/run.ts";
export { runProjector, type Seams } from "./run.ts";
