export * from "./catalogue.ts";
export * from "./delivery-ids.ts";
export * from "./event.ts";
export * from "./flows.ts";
export { isKey } from "./key.ts";
export * from "./stamp-event.ts";
export { agentKey } from "./step.ts";
