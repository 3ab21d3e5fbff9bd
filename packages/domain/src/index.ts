export * from "./call.ts";
export * from "./catalogue.ts";
export * from "./event.ts";
export * from "./event-id.ts";
export * from "./flows.ts";
export { orderEvents } from "./order.ts";
export * from "./ports.ts";
export * from "./timestamp.ts";
export * from "./webhook.ts";
