import type { Agent } from "./agent.ts";
import type { CallState, Waiter } from "./call.ts";

// the reports of realtime as JSON: times are ISO 8601 (page-reads.ts of realtime compares the types)

/** The number of free agents; null if no agent event was ever received. */
type Free = { free: number | null };

/** The numbers of inbound calls of one queue, or of all; null if there is nothing to count. */
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
  outbound: TrafficNumbers;
  internal: TrafficNumbers;
};

export type QueueRow = QueueNumbers &
  Free & {
    queue: string | null;
    name: string | null;
    serviceLevelMs: number;
    shortAbandonMs: number;
  };

/** The numbers of all queues in a window, and the states of all calls of the last day. */
export type QueueReport = {
  from: string;
  now: string;
  zone: string;
  states: Record<CallState, number>;
  total: QueueNumbers & Free;
  queues: QueueRow[];
};

export type Abandoned = {
  aggregate_id: string;
  their_number: string | null;
  their_number_display: string | null;
  /** The canonical number; null if it is hidden. */
  person: string | null;
  queue: string | null;
  entered_at: string;
  ended_at: string;
  /** Null if the beginning of the wait is unknown. */
  waited_ms: number | null;
  short: boolean;
  returned_at: string | null;
};

/** A caller who gave up once or several times in the days of the report. */
export type AbandonedPerson = {
  person: string;
  their_number: string | null;
  their_number_display: string | null;
  aggregate_id: string;
  times: number;
  first_at: string;
  last_at: string;
  longest_wait_ms: number | null;
  short: boolean;
  talked_at: string | null;
};

/** The numbers of outbound or of internal calls. */
export type TrafficNumbers = {
  placed: number;
  connected: number;
  dropped: number;
  mean_talk_ms: number | null;
};

export type AgentReport = { now: string; agents: Agent[] };
export type AbandonedReport = {
  now: string;
  from: string;
  days: number | null;
  abandoned: Abandoned[];
  more: boolean;
  people: AbandonedPerson[];
};

/** The board at a moment of the past. */
export type PastReport = QueueReport & {
  agents: Agent[];
  waiting: Waiter[];
};

/** A quarter of an hour of a queue's day. */
export type Slice = Omit<QueueNumbers, "waiting" | "waiting_since"> & { from: string };
/** The day of one queue, or of all (null), as ListQueueDay gives it. */
export type QueueDay = { from: string; now: string; queue: string | null; slice_ms: number; slices: Slice[] };
