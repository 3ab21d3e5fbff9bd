export { settings } from "./config.ts";
export { consumeEvents } from "./consume.ts";
