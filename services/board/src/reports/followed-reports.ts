import { computed, effect, type Signal, signal } from "@preact/signals";
import { noteServerTime } from "../base/clock.ts";
import { createPaced } from "../base/paced.ts";
import { minutes, page } from "../base/route.ts";
import { ask, changed, link, listen, RETRY_MS, tell } from "../live.ts";
import type { AbandonedReport, AgentReport, Report } from "../model/reports.ts";
import { mergeRows } from "./merge-rows.ts";

/** The numbers of the window; null until they have come once. */
export const report = signal<Report | null>(null);
/** What agents do, and what became of the calls of the window. */
export const agents = signal<AgentReport | null>(null);

/** The account's; the browser's until it is known. */
export const zone = computed(() => report.value?.zone ?? Intl.DateTimeFormat().resolvedOptions().timeZone);

/** The abandoned calls of the last days; null until they have come once. They are asked for only while their page is open. */
export const abandoned = signal<AbandonedReport | null>(null);

/** Today included: the most that the server gives. */
const ABANDONED_DAYS = 7;

/** Midnight and lost calls change numbers without an event. */
const IDLE_MS = 30_000;

const reading = createPaced(async () => {
  if (page.peek() !== "abandoned") return true;
  return read("ListAbandoned", abandoned, { days: ABANDONED_DAYS });
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
