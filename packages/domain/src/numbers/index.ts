export * from "./abandoned.ts";
export * from "./past.ts";
export * from "./queue-day.ts";
export {
  type CountedCall,
  countQueues,
  countStates,
  type QueueNumbers,
  type QueuePromise,
  USUAL_PROMISE,
} from "./queue-numbers.ts";
export { byQueueNumber } from "./queue-order.ts";
export * from "./recent-call.ts";
export type { TrafficNumbers } from "./traffic.ts";
export { isWaiting, listWaiting, type WaitingCaller } from "./waiting-callers.ts";
