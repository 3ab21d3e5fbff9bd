export { settings } from "./config.ts";
export { STALL_MS } from "./connection.ts";
export type { Notice } from "./feed.ts";
export { createRealtime, type Realtime } from "./realtime.ts";
export type { Redrive } from "./redrive.ts";
export { runRealtime, type Seams } from "./run.ts";
