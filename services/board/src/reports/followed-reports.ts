import { effect, type Signal, signal } from "@preact/signals";
import { byAgent } from "@teravoz/domain/agents";
import { byQueueNumber } from "@teravoz/domain/numbers";
import type { AgentReport, Answers, CommandInput, Pushes, QueueReport } from "@teravoz/protocol/client";
import { noteServerTime } from "../base/clock.ts";
import { minutes } from "../base/route.ts";
import { ask, askInOrder, connection, listen, RETRY_MS } from "../base/socket.ts";
import { accountZone } from "../base/zone.ts";
import { mergeRows } from "./merge-rows.ts";

/** The numbers of all queues in the window; null until the first answer. */
export const report = signal<QueueReport | null>(null);
/** The state of each agent, and their numbers in the window; null until the first answer. */
export const agents = signal<AgentReport | null>(null);

effect(() => {
  accountZone.value = report.value?.zone ?? null;
});

followReport("SubscribeQueues", "QueuesChanged", report, (before, delta) => ({
  ...delta,
  queues: mergeRows(
    before.queues,
    { changed: delta.queues, gone: delta.gone },
    { nameOf: ({ queue }) => queue, compare: byQueueNumber },
  ),
}));
followReport("SubscribeAgents", "AgentsChanged", agents, (before, delta) => ({
  ...delta,
  agents: mergeRows(
    before.agents,
    { changed: delta.agents, gone: delta.gone },
    { nameOf: ({ agent }) => agent, compare: byAgent },
  ),
}));

/** Asks for a snapshot for each window and after each connect, and merges each later change into it. */
function followReport<
  Command extends "SubscribeQueues" | "SubscribeAgents",
  Event extends "QueuesChanged" | "AgentsChanged",
>(
  command: Command,
  event: Event,
  into: Signal<Answers[Command] | null>,
  merge: (before: Answers[Command], delta: Pushes[Event]) => Answers[Command],
): void {
  let latest = 0;
  const subscribe = () => {
    latest += 1;
    const subscription = latest;
    const isLatest = () => subscription === latest;
    const asked = { minutes: minutes.peek() } as CommandInput<Command>;
    askInOrder(command, asked, ({ status, data }) => {
      if (!isLatest()) return;
      if (status === "Ok") take(into, data);
      else setTimeout(() => isLatest() && connection.peek().status === "live" && subscribe(), RETRY_MS);
    });
  };
  listen(event, ({ data }) => {
    const before = into.peek();
    if (before) take(into, merge(before, data));
  });
  effect(() => {
    minutes.value;
    if (connection.value.status === "live") subscribe();
  });
}

/** Asks for a report and keeps it in `into`; resolves with true if this succeeded. */
export async function readReport<Command extends "ListSystem" | "ListAbandoned">(
  command: Command,
  into: Signal<Answers[Command] | null>,
  asked: CommandInput<Command>,
): Promise<boolean> {
  const answer = await ask(command, asked);
  if (answer?.status !== "Ok") return false;
  take(into, answer.data);
  return true;
}

function take<T extends { now: string }>(into: Signal<T | null>, report: T): void {
  noteServerTime(Date.parse(report.now));
  into.value = report;
}
