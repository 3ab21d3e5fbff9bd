import type { Day } from "./day.ts";
import {
  type AbandonedReport,
  type Account,
  type QueueReport,
  reportAbandoned,
  reportQueues,
} from "./reports.ts";

/** What the board asks. `minutes`: the window ends now and is so long; null: today. Each throws what the query throws. */
export type Board = {
  queues(minutes: number | null): Promise<QueueReport>;
  abandoned(minutes: number | null): Promise<AbandonedReport>;
};

/** `now` in ms since the epoch. */
export const createBoard = (deps: {
  day: Pick<Day, "calls">;
  account: Account;
  now: () => number;
}): Board => {
  const asked = (minutes: number | null) => ({ account: deps.account, now: new Date(deps.now()), minutes });
  return {
    queues: async (minutes) => reportQueues([...(await deps.day.calls())], asked(minutes)),
    abandoned: async (minutes) => reportAbandoned([...(await deps.day.calls())], asked(minutes)),
  };
};
