export * from "./call-filter.ts";
export * from "./call-search.ts";
export * from "./call-window.ts";
