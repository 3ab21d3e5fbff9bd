import { effect, signal } from "@preact/signals";
import type { DeliveryBody, DeliveryReport, DeliveryRow } from "@teravoz/protocol/client";
import { MAX_DELIVERIES } from "@teravoz/protocol/limits";
import { noteServerTime } from "../base/clock.ts";
import { createPaced } from "../base/paced.ts";
import { page, query, status } from "../base/route.ts";
import { ask, changed, connection } from "../base/socket.ts";

/** The answer to the current filter; null until the first answer. `more`: there are older deliveries. */
export const deliveries = signal<(DeliveryReport & { more: boolean }) | null>(null);

/** The numbers of deliveries that can be shown, from step to step. */
const STEPS = [200, 500, MAX_DELIVERIES];
export const limit = signal(STEPS[0]!);

export const nextLimit = (): number | undefined => STEPS.find((step) => step > limit.value);

/** The list is also read at this interval: a dead letter is stored after the refusal, and no message announces it. */
const IDLE_MS = 5_000;

/** The filter as ListDeliveries takes it. */
const asked = () => ({
  ...(status.value ? { status: status.value } : {}),
  ...(query.value ? { call_id: query.value } : {}),
});

const reading = createPaced(async () => {
  if (page.peek() !== "deliveries") return true;
  const params = asked();
  const answer = await ask("ListDeliveries", { ...params, limit: limit.peek() });
  if (answer?.status !== "Ok") return false;
  noteServerTime(Date.parse(answer.data.now));
  // an answer to an earlier filter is outdated
  if (JSON.stringify(params) === JSON.stringify(asked()))
    deliveries.value = { ...answer.data, more: answer.next !== undefined };
  return true;
});

export const readDeliveries = reading.trigger;

effect(() => {
  asked();
  page.value;
  deliveries.value = null;
  limit.value = STEPS[0]!;
});
effect(() => {
  changed.value;
  limit.value;
  asked();
  if (page.value === "deliveries" && connection.value.status === "live") reading.trigger();
});
setInterval(reading.trigger, IDLE_MS);

/** Reads all waiting dead letters that match the filter; null if they cannot be read now. */
export async function readWaiting(): Promise<DeliveryRow[] | null> {
  const waiting: DeliveryRow[] = [];
  let cursor: string | undefined;
  do {
    const answer = await ask("ListDeliveries", { ...asked(), cursor });
    if (answer?.status !== "Ok") return null;
    waiting.push(...answer.data.deliveries.filter(({ letter }) => letter?.status === "waiting"));
    cursor = answer.next;
  } while (cursor);
  return waiting;
}

/** Reads all deliveries of a call in the order of arrival; null if they cannot be read now. */
export async function readDeliveriesOf(call_id: string): Promise<DeliveryRow[] | null> {
  const answer = await ask("ListDeliveries", { call_id });
  return answer?.status === "Ok" ? answer.data.deliveries.toReversed() : null;
}

export async function readBody(id: string): Promise<DeliveryBody | null> {
  const answer = await ask("ShowDelivery", { id });
  return answer?.status === "Ok" ? answer.data : null;
}
