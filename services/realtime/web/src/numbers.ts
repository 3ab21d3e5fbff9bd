import { computed, effect, type Signal, signal } from "@preact/signals";
import type { Agent } from "./agents.ts";
import type { CallState } from "./calls.ts";
import { noteServerTime } from "./clock.ts";
import { ask, changed, link, listen, RETRY_MS, tell } from "./live.ts";
import { createPaced } from "./paced.ts";
import { minutes, page } from "./route.ts";
import { mergeRows } from "./rows.ts";

/** Agents that are free; null where nobody told of any. */
type Free = { free: number | null };

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

export type QueueRow = QueueNumbers &
  Free & {
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
  total: QueueNumbers & Free;
  queues: QueueRow[];
};

/** The numbers of the window; null until they have come once. */
export const report = signal<Report | null>(null);
/** What agents do, and what became of the calls of the window. */
export const agents = signal<{ now: string; agents: Agent[] } | null>(null);

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
  if (page.peek() !== "abandoned") return true;
  return read("ListAbandoned", abandoned, {});
});

/** Asks and keeps the answer; whether it succeeded. */
export async function read<T extends { now: string }>(
  command: string,
  into: Signal<T | null>,
  asked: object,
): Promise<boolean> {
  const answer = await ask<T>(command, asked);
  if (answer?.status !== "Ok") return false;
  take(into, answer.data);
  return true;
}

followReport("SubscribeQueues", "QueuesChanged", report, (before, delta) => ({
  ...delta,
  queues: mergeRows(before.queues, delta.queues, delta.gone, ({ queue }) => queue),
}));
followReport("SubscribeAgents", "AgentsChanged", agents, (before, delta) => ({
  ...delta,
  agents: mergeRows(before.agents, delta.agents, delta.gone, ({ agent }) => agent),
}));

/** A snapshot for each window and after each connect, and what changed of it from then on. */
function followReport<T extends { now: string }>(
  command: string,
  event: string,
  into: Signal<T | null>,
  merge: (before: T, delta: T & { gone: (string | null)[] }) => T,
): void {
  let asked = 0;
  const subscribe = () => {
    asked += 1;
    const mine = asked;
    tell<T>(command, { minutes: minutes.peek() }, ({ status, data }) => {
      if (mine !== asked) return;
      if (status === "Ok") take(into, data);
      else setTimeout(() => mine === asked && link.peek().status === "live" && subscribe(), RETRY_MS);
    });
  };
  listen<T & { gone: (string | null)[] }>(event, ({ data }) => {
    const before = into.peek();
    if (before) take(into, merge(before, data));
  });
  effect(() => {
    minutes.value;
    if (link.value.status === "live") subscribe();
  });
}

function take<T extends { now: string }>(into: Signal<T | null>, numbers: T): void {
  noteServerTime(Date.parse(numbers.now));
  into.value = numbers;
}

effect(() => {
  changed.value;
  page.value;
  if (link.value.status === "live") reading.trigger();
});
setInterval(reading.trigger, IDLE_MS);
