import { computed, effect, type Signal, signal } from "@preact/signals";
import type { CallState } from "./calls.ts";
import { noteServerTime } from "./clock.ts";
import { ask, changed, link } from "./live.ts";
import { createPaced } from "./paced.ts";
import { minutes, page } from "./route.ts";

/** The numbers of one queue, or of all; times are ISO 8601, null where there is nothing to count. */
export type QueueNumbers = {
  waiting: number;
  waiting_since: string | null;
  offered: number;
  answered: number;
  abandoned: number;
  short: number;
  overflowed: number;
  service_level: number | null;
  mean_wait_ms: number | null;
  p90_wait_ms: number | null;
  mean_talk_ms: number | null;
};

export type QueueRow = QueueNumbers & {
  queue: string | null;
  name: string | null;
  serviceLevelMs: number;
  shortAbandonMs: number;
};

export type Report = {
  from: string;
  now: string;
  zone: string;
  states: Record<CallState, number>;
  total: QueueNumbers;
  queues: QueueRow[];
};

/** The numbers of the window; null until they have come once. */
export const report = signal<Report | null>(null);

/** The account's; the browser's until it is known. */
export const zone = computed(() => report.value?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);

export type Abandoned = {
  aggregate_id: string;
  their_number: string | null;
  queue: string | null;
  entered_at: string;
  ended_at: string;
  waited_ms: number;
  short: boolean;
  returned_at: string | null;
};

/** Who gave up today; null until it has come once. Asked for only while its page is open. */
export const abandoned = signal<{ now: string; abandoned: Abandoned[]; more: boolean } | null>(null);

/** Midnight and lost calls change numbers without an event. */
const IDLE_MS = 30_000;

const reading = createPaced(async () => {
  const asked = [read("ListQueues", report, { minutes: minutes.peek() })];
  if (page.peek() === "abandoned") asked.push(read("ListAbandoned", abandoned, {}));
  return !(await Promise.all(asked)).includes(false);
});

async function read<T extends { now: string }>(
  command: string,
  into: Signal<T | null>,
  asked: object,
): Promise<boolean> {
  const answer = await ask<T>(command, asked);
  if (answer?.status !== "Ok") return false;
  noteServerTime(Date.parse(answer.data.now));
  into.value = answer.data;
  return true;
}

effect(() => {
  changed.value;
  page.value;
  minutes.value;
  if (link.value.status === "live") reading.trigger();
});
setInterval(reading.trigger, IDLE_MS);
