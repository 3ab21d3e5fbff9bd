import type { Day } from "./day.ts";
import {
  type AbandonedReport,
  type Account,
  type AgentReport,
  type QueueDayReport,
  type QueueReport,
  reportAbandoned,
  reportAgents,
  reportQueueDay,
  reportQueues,
} from "./reports.ts";

/** What the board asks. `minutes`: the window ends now and is so long; null: today. Each throws what the query throws. */
export type Board = {
  queues(minutes: number | null): Promise<QueueReport>;
  agents(minutes: number | null): Promise<AgentReport>;
  /** Today by quarters of an hour: of one queue, or (null) of all. */
  queueDay(queue: string | null): Promise<QueueDayReport>;
  abandoned(minutes: number | null): Promise<AbandonedReport>;
};

/** `now` in ms since the epoch. */
export const createBoard = (deps: {
  day: Pick<Day, "calls" | "presences">;
  account: Account;
  now: () => number;
}): Board => {
  const read = async () => {
    const [calls, presences] = await Promise.all([deps.day.calls(), deps.day.presences()]);
    return { calls: [...calls], presences: [...presences] };
  };
  const asked = (minutes: number | null) => ({ account: deps.account, now: new Date(deps.now()), minutes });
  return {
    queues: async (minutes) => reportQueues(await read(), asked(minutes)),
    agents: async (minutes) => reportAgents(await read(), asked(minutes)),
    queueDay: async (queue) =>
      reportQueueDay(await deps.day.calls(), { account: deps.account, now: new Date(deps.now()), queue }),
    abandoned: async (minutes) => reportAbandoned([...(await deps.day.calls())], asked(minutes)),
  };
};
