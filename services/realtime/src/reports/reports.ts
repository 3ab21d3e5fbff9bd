import {
  byQueueNumber,
  countAgents,
  countFree,
  countQueueDay,
  countQueues,
  countStates,
  LAST_MOMENT,
  listAbandoned,
  listPeople,
  listWaiting,
  type Presence,
  type RecentCall,
  SLICE_MS,
  startOfDay,
  type Window,
} from "@teravoz/domain";
import type {
  AbandonedReport,
  AgentReport,
  QueueDayReport,
  QueueReport,
  QueueRow,
  Reported,
  RewoundReport,
} from "@teravoz/protocol";
import type { QueueSettings } from "@teravoz/runtime";

/** The settings of the account. `zone` is an IANA name. */
export type Account = { queues: QueueSettings; zone: string };

/** The window: the last `minutes` until `now`, or today in the account's zone if `minutes` is null. */
export type Asked = { account: Account; now: Date; minutes: number | null };

/** The calls and agents that the numbers are counted from. */
export type Counted = { calls: readonly RecentCall[]; presences: readonly Presence[] };

export function reportQueues({ calls, presences }: Counted, asked: Asked): QueueReport {
  const { account, now } = asked;
  const head = reported(asked);
  const counted = {
    window: windowOf(head),
    now,
    promiseOf: (queue: string | null) => settingsOf(account, queue),
  };
  const { total, queues } = countQueues(calls, counted);
  const none = countQueues([], counted).total;
  const agents = countAgents(presences, calls, counted);
  const free = countFree(agents);
  const names = new Set<string | null>([...account.queues.named.keys(), ...queues.keys(), ...free.keys()]);
  const rows = [...names].map(
    (queue): QueueRow => ({
      queue,
      ...settingsOf(account, queue),
      ...(queues.get(queue) ?? none),
      free: free.get(queue) ?? null,
    }),
  );
  const allFree = presences.length > 0 ? agents.filter(({ state }) => state === "FREE").length : null;
  return {
    ...head,
    states: countStates(calls, now),
    total: { ...total, free: allFree },
    queues: rows.sort(byQueueNumber),
  };
}

export function reportAgents({ calls, presences }: Counted, asked: Asked): AgentReport {
  const head = reported(asked);
  return { ...head, agents: countAgents(presences, calls, { window: windowOf(head), now: asked.now }) };
}

export function reportQueueDay(
  calls: Iterable<RecentCall>,
  { queue, ...today }: { account: Account; now: Date; queue: string | null },
): QueueDayReport {
  const head = reported({ ...today, minutes: null });
  const promiseOf = (each: string | null) => settingsOf(today.account, each);
  const counted = { window: windowOf(head), now: today.now, promiseOf };
  const slices = countQueueDay(calls, queue === null ? counted : { ...counted, queue });
  return { ...head, queue, slice_ms: SLICE_MS, slices };
}

/** The maximum number of visits and people in a report: more than a call centre calls back in a day, and 300 KB. */
export const MAX_ABANDONED = 1_000;

export function reportAbandoned(
  calls: readonly RecentCall[],
  { days, ...asked }: Asked & { days: number | null },
): AbandonedReport {
  const promiseOf = (queue: string | null) => settingsOf(asked.account, queue);
  const today = reported(asked);
  const head = days === null ? today : { ...today, from: startOfDays(asked, days) };
  const all = listAbandoned(calls, { window: windowOf(head), promiseOf });
  return {
    ...head,
    days: asked.minutes === null ? (days ?? 1) : null,
    abandoned: all.slice(0, MAX_ABANDONED),
    more: all.length > MAX_ABANDONED,
    people: listPeople(all).slice(0, MAX_ABANDONED),
  };
}

/** Returns the midnight at which a window of `days` begins, including today. */
export const startOfDays = ({ account: { zone }, now }: Pick<Asked, "account" | "now">, days: number): Date =>
  startOfDay(now, zone, days - 1);

/** The maximum number of waiting callers in a report: the number of rows that the board has for them. */
export const MAX_WAITING = 500;

export const reportRewound = (counted: Counted, asked: Asked): RewoundReport => ({
  ...reportQueues(counted, asked),
  ...reportAgents(counted, asked),
  waiting: listWaiting(counted.calls, asked.now).slice(0, MAX_WAITING),
});

const settingsOf = ({ queues: { named, rest } }: Account, queue: string | null) =>
  (queue === null ? undefined : named.get(queue)) ?? { name: null, ...rest };

/**
 * Returns the window of a report. It has no end, because timestamps of the vendor's clock may be up to a day ahead of
 * ours.
 */
const windowOf = ({ from }: Reported): Window => ({ from, to: LAST_MOMENT });

const reported = ({ account: { zone }, now, minutes }: Asked): Reported => ({
  from: minutes === null ? startOfDay(now, zone) : new Date(now.getTime() - minutes * 60_000),
  now,
  zone,
});
