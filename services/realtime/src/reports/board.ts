import type { CallQueries } from "@teravoz/domain";
import {
  type AbandonedReport,
  type AgentReport,
  PRESENT_MS,
  type QueueDayReport,
  type QueueReport,
  type RewoundReport,
  SOCKET_ERRORS,
} from "@teravoz/protocol";
import type { Day } from "./day.ts";
import type { PastBoard } from "./past.ts";
import {
  type Account,
  reportAbandoned,
  reportAgents,
  reportQueueDay,
  reportQueues,
  reportRewound,
  startOfDays,
} from "./reports.ts";

/** The reports of the board, for the last `minutes` or, if null, for today. Each throws the errors of its query. */
export type Board = {
  queues(minutes: number | null): Promise<QueueReport>;
  agents(minutes: number | null): Promise<AgentReport>;
  /** Today in quarters of an hour, for one queue or, if null, for all. */
  queueDay(queue: string | null): Promise<QueueDayReport>;
  /** The abandoned visits of the last `days`, including today. If `days` is null, those of the window of `minutes`. */
  abandoned(asked: { minutes: number | null; days: number | null }): Promise<AbandonedReport>;
  /** The board at a moment (ms since the epoch). Throws NotYet if the moment is in the future. */
  rewound(asked: { at: number; minutes: number | null }): Promise<RewoundReport>;
};

/** The client asked for a moment in the future. */
export class NotYet extends Error {
  override name = "NotYet";
  constructor() {
    super(SOCKET_ERRORS.future.text);
  }
}

/** Creates the board. `now` returns ms since the epoch. */
export const createBoard = (deps: {
  queries: Pick<CallQueries, "listReturnableCalls">;
  day: Pick<Day, "calls" | "presences">;
  past: Pick<PastBoard, "at">;
  account: Account;
  now: () => number;
}): Board => {
  const read = async () => {
    const [calls, presences] = await Promise.all([deps.day.calls(), deps.day.presences()]);
    return { calls: [...calls], presences: [...presences] };
  };
  const asked = (minutes: number | null, now = deps.now()) => ({
    account: deps.account,
    now: new Date(now),
    minutes,
  });
  const isPresent = (at: number) => {
    const ago = deps.now() - at;
    if (ago < -PRESENT_MS) throw new NotYet();
    return ago < PRESENT_MS;
  };
  return {
    queues: async (minutes) => reportQueues(await read(), asked(minutes)),
    agents: async (minutes) => reportAgents(await read(), asked(minutes)),
    queueDay: async (queue) =>
      reportQueueDay(await deps.day.calls(), { account: deps.account, now: new Date(deps.now()), queue }),
    abandoned: async ({ minutes, days }) => {
      const window = { ...asked(minutes), days };
      const calls =
        days === null || days === 1
          ? await deps.day.calls()
          : await deps.queries.listReturnableCalls(startOfDays(window, days));
      return reportAbandoned([...calls], window);
    },
    rewound: async ({ at, minutes }) =>
      isPresent(at)
        ? reportRewound(await read(), asked(minutes))
        : reportRewound(await deps.past.at(new Date(at)), asked(minutes, at)),
  };
};
