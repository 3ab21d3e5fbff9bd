export * from "./agents/agents.ts";
export * from "./agents/presence.ts";
export * from "./agents/presence-retention.ts";
export * from "./call/call.ts";
export { type CountedAs, countedAs } from "./call/direction.ts";
export * from "./call/fold-rules.ts";
export { orderEvents, orderPlaces, type Place, placeOf } from "./call/order.ts";
export { type AgentRings, MAX_RINGING_AGENTS, MAX_RINGS, type Ring } from "./call/rings.ts";
export { MAX_TALKS, type Talk } from "./call/talks.ts";
export { MAX_VISITS, openVisitOf, type Visit, type VisitOutcome } from "./call/visits.ts";
export * from "./deliveries/deliveries.ts";
export * from "./erasure/erasure.ts";
export * from "./erasure/erasure-guard.ts";
export * from "./erasure/parties.ts";
export * from "./event/catalogue.ts";
export * from "./event/delivery-ids.ts";
export * from "./event/event.ts";
export * from "./event/event-id.ts";
export * from "./event/flows.ts";
export * from "./event/stamp-event.ts";
export { agentKey } from "./event/step.ts";
export * from "./event/webhook.ts";
export * from "./gateway/backlog.ts";
export * from "./gateway/service-status.ts";
export * from "./numbers/abandoned.ts";
export * from "./numbers/past.ts";
export * from "./numbers/queue-day.ts";
export {
  type CountedCall,
  countQueues,
  countStates,
  isPresumedLost,
  PRESUMED_LOST_MS,
  type QueueNumbers,
  type QueuePromise,
} from "./numbers/queue-numbers.ts";
export * from "./numbers/recent-call.ts";
export type { TrafficNumbers } from "./numbers/traffic.ts";
export { isWaiting, listWaiting, type Waiting } from "./numbers/waiting.ts";
export * from "./ports/call-queries.ts";
export * from "./ports/call-rebuild.ts";
export * from "./ports/dead-letters.ts";
export * from "./ports/erasures.ts";
export * from "./ports/positions.ts";
export * from "./search/call-filter.ts";
export * from "./search/call-search.ts";
export * from "./search/call-window.ts";
export * from "./telephone/phone-number.ts";
export * from "./time/local-time.ts";
export * from "./time/timestamp.ts";
export type { Window } from "./time/window.ts";
export * from "./time/zone.ts";
