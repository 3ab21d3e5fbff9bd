export * from "./dead-letter.ts";
export * from "./deliveries.ts";
