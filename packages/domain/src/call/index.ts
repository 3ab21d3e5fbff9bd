export { type CountedAs, countedAs } from "./direction.ts";
export * from "./fold-rules.ts";
export * from "./folded-call.ts";
export { type OrderKey, orderEvents, orderKeyOf, sortOrderKeys } from "./order.ts";
export * from "./presumed-lost.ts";
export { type AgentRings, MAX_RINGING_AGENTS, MAX_RINGS, type Ring } from "./rings.ts";
export { MAX_TALKS, type Talk } from "./talks.ts";
export { MAX_VISITS, openVisitOf, type Visit, type VisitOutcome } from "./visits.ts";
