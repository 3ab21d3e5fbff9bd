export * from "./agents.ts";
export * from "./presence.ts";
export * from "./presence-retention.ts";
