export * from "./addresses.ts";
export * from "./bodies.ts";
export * from "./plan.ts";
export * from "./random.ts";
export * from "./send.ts";
export * from "./summary.ts";
