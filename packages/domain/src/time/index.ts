export * from "./moment.ts";
export * from "./timestamp.ts";
export { LAST_MOMENT, type Window } from "./window.ts";
export * from "./zone.ts";
