export * from "./addresses.ts";
export * from "./call-centre/bodies.ts";
export * from "./call-centre/plan.ts";
export * from "./call-centre/random.ts";
export * from "./send.ts";
export * from "./summary.ts";
