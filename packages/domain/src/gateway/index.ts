export * from "./backlog.ts";
export * from "./service-status.ts";
