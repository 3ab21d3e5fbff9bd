export * from "./cluster.ts";
export { openCluster } from "./local/cluster.ts";
export { openStack, ROOT } from "./open-stack.ts";
export { endLeftovers } from "./process/pids.ts";
export { compileCacheEnv } from "./run/compile-cache.ts";
export { buildDashboard } from "./run/jobs.ts";
export * from "./run/services.ts";
export * from "./stack.ts";
export { freePort } from "./tcp-ports.ts";
