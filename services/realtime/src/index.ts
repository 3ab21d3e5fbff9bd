export { STALL_MS } from "./commands/connection.ts";
export { settings } from "./config.ts";
export type { Notice } from "./feed/feed.ts";
export { createRealtime, type Realtime } from "./realtime.ts";
export type { Redrive } from "./redrive.ts";
export { runRealtime, type Seams } from "./run.ts";
