import {
  type Abandoned,
  type AbandonedPerson,
  type Agent,
  type CallState,
  countAgents,
  countFree,
  countQueueDay,
  countQueues,
  countStates,
  listAbandoned,
  listPeople,
  listWaiting,
  type Presence,
  type QueueNumbers,
  type QueuePromise,
  type RecentCall,
  SLICE_MS,
  type SliceNumbers,
  startOfDay,
  type Waiting,
  type Window,
} from "@teravoz/domain";
import type { QueueSettings } from "@teravoz/runtime";

/** What the account says of itself. `zone` is an IANA name. */
export type Account = { queues: QueueSettings; zone: string };

/** `minutes`: the window ends now and is so long; null: it began with the day in the account's zone. */
export type Asked = { account: Account; now: Date; minutes: number | null };

type Reported = {
  /** The window: from then until now. */
  from: Date;
  now: Date;
  /** The account's, by which days begin and times are shown. */
  zone: string;
};

/** What the numbers are counted from. */
export type Counted = { calls: readonly RecentCall[]; presences: readonly Presence[] };

/** Agents that are free now; null where no agent was ever told of. */
type Free = { free: number | null };

/** One queue as a board shows it; null is where a call waited and no queue was told. */
export type QueueRow = { queue: string | null; name: string | null } & QueuePromise & QueueNumbers & Free;

export type QueueReport = Reported & {
  /** Calls that are in each state now; FINISHED are those of the last 25 hours. */
  states: Record<CallState, number>;
  total: QueueNumbers & Free;
  /** Those of the settings and those that had a leg, by number. */
  queues: QueueRow[];
};

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
    queues: rows.sort(byQueue),
  };
}

export type AgentReport = Reported & {
  /** By name; who logged out over a day ago is left out. */
  agents: Agent[];
};

export function reportAgents({ calls, presences }: Counted, asked: Asked): AgentReport {
  const head = reported(asked);
  return { ...head, agents: countAgents(presences, calls, { window: windowOf(head), now: asked.now }) };
}

export type QueueDayReport = Reported & {
  /** Null = all queues. */
  queue: string | null;
  slice_ms: number;
  /** From midnight to the one that goes on: a day has at most 100. */
  slices: SliceNumbers[];
};

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

export type AbandonedReport = Reported & {
  /** Days of the window, today included; null if it is the last minutes. */
  days: number | null;
  /** Visits, the latest first, at most MAX_ABANDONED. */
  abandoned: Abandoned[];
  /** There were more. */
  more: boolean;
  /** The people of all visits of the window, those not talked to since first, at most MAX_ABANDONED. */
  people: AbandonedPerson[];
};

/** More than a call centre calls back in a day: 300 KB. */
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

/** The midnight with which a window of so many days begins, today included. */
export function startOfDays({ account: { zone }, now }: Pick<Asked, "account" | "now">, days: number): Date {
  let from = startOfDay(now, zone);
  for (let day = 1; day < days; day += 1) from = startOfDay(new Date(from.getTime() - 1), zone);
  return from;
}

/** The board of a moment, `now`, with who waited then, the longest wait first: at most MAX_WAITING. */
export type RewoundReport = QueueReport & AgentReport & { waiting: Waiting[] };

/** As many as the page of those who wait now has rows. */
export const MAX_WAITING = 500;

export const reportRewound = (counted: Counted, asked: Asked): RewoundReport => ({
  ...reportQueues(counted, asked),
  ...reportAgents(counted, asked),
  waiting: listWaiting(counted.calls, asked.now).slice(0, MAX_WAITING),
});

const settingsOf = ({ queues: { named, rest } }: Account, queue: string | null) =>
  (queue === null ? undefined : named.get(queue)) ?? { name: null, ...rest };

/** Stamps of the vendor's clock, up to a day ahead of ours, belong to the window too. */
const EVER = new Date(8.64e15);

const windowOf = ({ from }: Reported): Window => ({ from, to: EVER });

const reported = ({ account: { zone }, now, minutes }: Asked): Reported => ({
  from: minutes === null ? startOfDay(now, zone) : new Date(now.getTime() - minutes * 60_000),
  now,
  zone,
});

const collator = new Intl.Collator("en", { numeric: true });

const byQueue = ({ queue: one }: QueueRow, { queue: other }: QueueRow): number =>
  one === null || other === null
    ? Number(one === null) - Number(other === null)
    : collator.compare(one, other);
