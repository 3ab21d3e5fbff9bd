export * from "./addresses.ts";
export * from "./commands.ts";
export * from "./errors.ts";
export * from "./limits.ts";
export * from "./read-command.ts";
export { isPlainObject } from "./schemas/parameters.ts";
export * from "./schemas/queries.ts";
export type * from "./types/index.ts";
