export * from "./erasure.ts";
export * from "./erasure-guard.ts";
