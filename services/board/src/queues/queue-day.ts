import { effect, signal } from "@preact/signals";
import type { QueueDayReport } from "@teravoz/protocol/client";
import { createPaced } from "../base/paced.ts";
import { page, queue } from "../base/route.ts";
import { ask, changed, connection } from "../base/socket.ts";

/**
 * The day of the chosen queue, or of all; "unreadable" if the server cannot answer and there is nothing to
 * show yet.
 */
export const queueDay = signal<QueueDayReport | "loading" | "unreadable">("loading");

/** The day is also read at this interval: the next slice begins without an event. */
const IDLE_MS = 30_000;

const reading = createPaced(async () => {
  if (page.peek() !== "queues") return true;
  const asked = queue.peek();
  const answer = await ask("ListQueueDay", { queue: asked });
  // the queue has changed meanwhile: the next reading asks for it
  if (queue.peek() !== asked) return true;
  if (answer?.status === "Ok") queueDay.value = answer.data;
  else if (queueDay.peek() === "loading") queueDay.value = "unreadable";
  return answer?.status === "Ok";
});

effect(() => {
  queue.value;
  queueDay.value = "loading";
});
effect(() => {
  changed.value;
  queue.value;
  if (page.value === "queues" && connection.value.status === "live") reading.trigger();
});
setInterval(reading.trigger, IDLE_MS);
