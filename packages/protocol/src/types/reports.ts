import type { Agent } from "@teravoz/domain/agents";
import type { CallState } from "@teravoz/domain/event";
import type {
  Abandoned,
  AbandonedPerson,
  QueueNumbers,
  QueuePromise,
  SliceNumbers,
  WaitingCaller,
} from "@teravoz/domain/numbers";

/** The window of a report. */
export type Reported = {
  /** The beginning and the end of the window. */
  from: Date;
  now: Date;
  /** The time zone of the account (IANA name), by which days begin and times are shown. */
  zone: string;
};

/** Agents that are free now. Null if no agent event was ever received. */
export type Free = { free: number | null };

/** One queue. `queue` is null for calls that waited without a queue. */
export type QueueRow = { queue: string | null; name: string | null } & QueuePromise & QueueNumbers & Free;

export type QueueReport = Reported & {
  /** The number of calls in each state now. FINISHED counts the finished calls of the last 25 hours. */
  states: Record<CallState, number>;
  total: QueueNumbers & Free;
  /** The queues of the settings and those with a visit, by number. */
  queues: QueueRow[];
};

export type AgentReport = Reported & {
  /** Sorted by name. An agent who logged out over a day ago is left out. */
  agents: Agent[];
};

export type QueueDayReport = Reported & {
  /** Null for all queues. */
  queue: string | null;
  /** The length of a slice. */
  slice_ms: number;
  /** The slices from midnight to the current one: 100 at most. */
  slices: SliceNumbers[];
};

export type AbandonedReport = Reported & {
  /** Days of the window, today included. Null if the window is the last minutes. */
  days: number | null;
  /** Visits, the latest first. */
  abandoned: Abandoned[];
  /** True if there are more visits than the answer holds. */
  more: boolean;
  /** The people of all visits of the window. Those to whom no agent has talked since then come first. */
  people: AbandonedPerson[];
};

/** The board at the moment `now`, with the callers who waited then, the longest wait first. */
export type RewoundReport = QueueReport & AgentReport & { waiting: WaitingCaller[] };

/** The names of rows that are no longer in the report. */
export type Gone = { gone: (string | null)[] };

/** A report with only the rows that changed. */
export type QueuesDelta = QueueReport & Gone;
export type AgentsDelta = AgentReport & Gone;

export type Stats = {
  minutes: number;
  /** Events stored in these minutes, the current one included, by type. */
  events: Record<string, number>;
  /** Calls that had an event since then, by state. */
  calls: Partial<Record<CallState, number>>;
};
