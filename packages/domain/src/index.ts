export * from "./abandoned.ts";
export * from "./agents.ts";
export * from "./backlog.ts";
export * from "./call.ts";
export * from "./call-filter.ts";
export * from "./call-search.ts";
export * from "./call-window.ts";
export * from "./catalogue.ts";
export * from "./dead-letters.ts";
export * from "./deliveries.ts";
export * from "./delivery-ids.ts";
export { type CountedAs, countedAs } from "./direction.ts";
export * from "./erasure.ts";
export * from "./erasure-desk.ts";
export * from "./erasure-guard.ts";
export * from "./event.ts";
export * from "./event-id.ts";
export * from "./flows.ts";
export * from "./fold-rules.ts";
export * from "./local-time.ts";
export { orderEvents, orderPlaces, type Place, placeOf } from "./order.ts";
export * from "./parties.ts";
export * from "./past.ts";
export * from "./phone-number.ts";
export * from "./ports.ts";
export * from "./positions.ts";
export * from "./presence.ts";
export * from "./presence-retention.ts";
export * from "./queue-day.ts";
export {
  type CountedCall,
  countQueues,
  countStates,
  isPresumedLost,
  PRESUMED_LOST_MS,
  type QueueNumbers,
  type QueuePromise,
} from "./queue-numbers.ts";
export * from "./rebuild.ts";
export * from "./recent-call.ts";
export { type AgentRings, MAX_RINGING_AGENTS, MAX_RINGS, type Ring } from "./rings.ts";
export * from "./service-status.ts";
export * from "./stamp-event.ts";
export { agentKey } from "./step.ts";
export { MAX_TALKS, type Talk } from "./talks.ts";
export * from "./timestamp.ts";
export type { TrafficNumbers } from "./traffic.ts";
export { MAX_VISITS, openVisitOf, type Visit, type VisitOutcome } from "./visits.ts";
export { isWaiting, listWaiting, type Waiting } from "./waiting.ts";
export * from "./webhook.ts";
export type { Window } from "./window.ts";
export * from "./zone.ts";
