import type { QueueRow } from "@teravoz/protocol/client";
import { type Urgency, urgencyOf } from "../reports/urgency.ts";
import { boardNow } from "../rewind/rewind.ts";

/** The urgency of the longest wait of a queue, judged by the queue's own promise. */
export const urgencyOfQueue = ({ waiting_since, serviceLevelMs }: QueueRow): Urgency =>
  waiting_since ? urgencyOf(boardNow.value - Date.parse(waiting_since), serviceLevelMs) : "calm";

/** The highest urgency of all queues. */
export function highestUrgency(queues: readonly QueueRow[]): Urgency {
  const all = queues.map(urgencyOfQueue);
  return all.find((each) => each === "over") ?? all.find((each) => each === "near") ?? "calm";
}
