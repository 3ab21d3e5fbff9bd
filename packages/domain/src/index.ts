export * from "./call.ts";
export * from "./catalogue.ts";
export * from "./event.ts";
export * from "./event-id.ts";
export * from "./flows.ts";
export * from "./ports.ts";
export * from "./webhook.ts";
