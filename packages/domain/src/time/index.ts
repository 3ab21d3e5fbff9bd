export * from "./moment.ts";
export * from "./timestamp.ts";
export type { Window } from "./window.ts";
export * from "./zone.ts";
