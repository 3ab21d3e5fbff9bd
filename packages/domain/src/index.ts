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
export * from "./erasure.ts";
export * from "./erasure-desk.ts";
export * from "./erasure-guard.ts";
export * from "./event.ts";
export * from "./event-id.ts";
export * from "./flows.ts";
export * from "./fold-rules.ts";
export * from "./legs.ts";
export * from "./local-time.ts";
export * from "./offers.ts";
export { orderEvents, orderPlaces, type Place, placeOf } from "./order.ts";
export * from "./parties.ts";
export * from "./past.ts";
export * from "./phone-number.ts";
export * from "./ports.ts";
export * from "./presence.ts";
export * from "./queue-day.ts";
export {
  type CountedCall,
  countQueues,
  countStates,
  isPresumedLost,
  PRESUMED_LOST_MS,
  type QueueNumbers,
  type QueuePromise,
  type Window,
} from "./queue-numbers.ts";
export * from "./rebuild.ts";
export * from "./recent-call.ts";
export * from "./service-status.ts";
export * from "./stamp-event.ts";
export * from "./timestamp.ts";
export * from "./webhook.ts";
export * from "./zone.ts";
