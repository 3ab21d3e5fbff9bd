import type { AgentReport, AgentsDelta, QueueReport, QueuesDelta } from "@teravoz/protocol";
import { agentsChanged, type Message, queuesChanged } from "../commands/messages.ts";
import type { ReportSubject } from "../commands/protocol.ts";
import { type Clock, createThrottle, type Throttle } from "../commands/throttle.ts";

/** The shortest time between two deltas. A person cannot read numbers that change several times a second. */
export const REPORT_FRAME_MS = 1_000;
/**
 * The longest time between two counts of a report. Without any event, windows slide, days begin and silent calls are
 * presumed lost.
 */
export const REPORT_IDLE_MS = 10_000;

export type LiveReport = QueueReport | AgentReport;

/** A subscription whose first report is not sent yet. */
export type ReportRegistration = {
  /** Starts the deltas after the first report was sent: from now on the subscriber gets the rows that changed since. */
  live(report: LiveReport): void;
  leave(): void;
};

export type ReportSubscriptions = {
  register(subject: ReportSubject, deliver: (messages: readonly Message[]) => void): ReportRegistration;
  /** Starts a count, because something changed. Subscribers soon get the rows that changed. */
  changed(): void;
  stop(): void;
};

type Deliver = (messages: readonly Message[]) => void;
/** The state that all subscribers of one report share. All of them have `last`. */
type Shared = {
  subject: ReportSubject;
  last: LiveReport | null;
  live: Set<Deliver>;
  /**
   * The number of subscribers, including those without a first report. The report is dropped with the last subscriber.
   */
  readers: number;
  frame: Throttle;
  isCounting: boolean;
};

type Deps = {
  /** Counts the current report. After a failure the next count sends all changes. */
  count: (subject: ReportSubject) => Promise<LiveReport>;
  onFailure: (error: unknown) => void;
  clock: Clock;
};

/**
 * Creates the subscriptions. Equal subjects share one report, which is counted at most once a second, and every ten
 * seconds without changes.
 */
export function createReportSubscriptions(deps: Deps): ReportSubscriptions {
  const all = new Map<string, Shared>();
  const trigger = () => {
    for (const { live, frame } of all.values()) if (live.size > 0) frame.trigger();
  };
  let cancelIdle = deps.clock.after(REPORT_IDLE_MS, function idle() {
    trigger();
    cancelIdle = deps.clock.after(REPORT_IDLE_MS, idle);
  });
  return {
    register: (subject, deliver) => register(deps, all, subject, deliver),
    changed: trigger,
    stop() {
      cancelIdle();
      for (const { frame } of all.values()) frame.stop();
    },
  };
}

function register(
  deps: Deps,
  all: Map<string, Shared>,
  subject: ReportSubject,
  deliver: Deliver,
): ReportRegistration {
  const key = `${subject.event} ${subject.minutes}`;
  const shared = all.get(key) ?? createShared(deps, subject);
  all.set(key, shared);
  shared.readers += 1;
  const handOver: Deliver = (messages) => deliver(messages);
  let isThere = true;
  return {
    live(report) {
      if (!isThere) return;
      goLive(shared, report, handOver);
    },
    leave() {
      if (!isThere) return;
      isThere = false;
      shared.live.delete(handOver);
      shared.readers -= 1;
      if (shared.readers > 0) return;
      shared.frame.stop();
      all.delete(key);
    },
  };
}

function createShared(deps: Deps, subject: ReportSubject): Shared {
  const frame = createThrottle(REPORT_FRAME_MS, () => void countAgain(deps, shared), deps.clock);
  const shared: Shared = { subject, last: null, live: new Set(), readers: 0, frame, isCounting: false };
  return shared;
}

/** Brings the new subscriber and the others to the newer of their two reports. */
function goLive(shared: Shared, report: LiveReport, deliver: Deliver): void {
  const { last, live } = shared;
  if (last && live.size > 0 && last.now > report.now) send([deliver], report, last);
  else publish(shared, report);
  live.add(deliver);
  // for changes that arrived while the first report was being counted
  shared.frame.trigger();
}

async function countAgain(deps: Deps, shared: Shared): Promise<void> {
  if (shared.isCounting) return shared.frame.trigger();
  shared.isCounting = true;
  try {
    const report = await deps.count(shared.subject);
    if (!shared.last || report.now >= shared.last.now) publish(shared, report);
  } catch (error) {
    deps.onFailure(error);
  } finally {
    shared.isCounting = false;
  }
}

function publish(shared: Shared, report: LiveReport): void {
  if (shared.last) send(shared.live, shared.last, report);
  shared.last = report;
}

function send(to: Iterable<Deliver>, before: LiveReport, after: LiveReport): void {
  const delta = deltaOf(before, after);
  if (!delta) return;
  const messages = ["agents" in delta ? agentsChanged(delta) : queuesChanged(delta)];
  for (const deliver of to) deliver(messages);
}

/** A report with only the rows that changed, and the names of rows that are gone. */
export type ReportDelta = QueuesDelta | AgentsDelta;

export function deltaOf(before: LiveReport, after: LiveReport): ReportDelta | null {
  const known = new Map(rowsOf(before).map((row) => [nameOf(row), JSON.stringify(row)]));
  const rows = rowsOf(after).filter((row) => known.get(nameOf(row)) !== JSON.stringify(row));
  const there = new Set(rowsOf(after).map(nameOf));
  const gone = [...known.keys()].filter((name) => !there.has(name));
  if (rows.length + gone.length === 0 && headOf(before) === headOf(after)) return null;
  return { ...after, ...("agents" in after ? { agents: rows } : { queues: rows }), gone } as ReportDelta;
}

type Row = QueueReport["queues"][number] | AgentReport["agents"][number];

const rowsOf = (report: LiveReport): readonly Row[] => ("agents" in report ? report.agents : report.queues);
const nameOf = (row: Row): string | null => ("agent" in row ? row.agent : row.queue);

/** Returns the report without its rows and without the times of its window, which pass without a change. */
function headOf(report: LiveReport): string {
  const { now: _now, from: _from, ...head } = report;
  return JSON.stringify({ ...head, agents: null, queues: null });
}
