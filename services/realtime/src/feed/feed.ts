import { setTimeout as sleep } from "node:timers/promises";
import { type Call, type CallQueries, type Change, type StoredVersion, Unavailable } from "@teravoz/domain";
import type { Log, Metrics } from "@teravoz/runtime";
import type { Day } from "../reports/day.ts";
import type { PastBoard } from "../reports/past.ts";
import { READ_SIZE, type Subscriptions } from "./subscriptions.ts";

/** A notice of a change, with the broker's timestamp (ms since the epoch). */
export type Notice = { change: Change; stamped: number };

export type Feed = {
  /** Takes notices in their order. Their calls are read and passed on soon, in the background. */
  notify(notices: readonly Notice[]): void;
  /** Reads every view again and notifies every socket, because changes may have been missed. */
  resync(): void;
  /**
   * Compares the versions of recent changes in the store with those that the views have, and pushes the missing ones.
   * Resolves with the number of missing changes, once the database answers. A change counts as missed if its notice
   * does not arrive within MISSED_MS. `expectsNotices` is false while no notice can arrive: that time does not count.
   */
  reconcile(expectsNotices: boolean): Promise<number>;
  stop(): void;
};

/** Above this number of waiting notices, reading the views again costs less than reading each call. */
const MAX_PENDING = 10_000;
/** The shortest time between two reads of everything. Each failing query may request a resync. */
const RECOVERY_MS = 250;
/**
 * Each comparison also covers this time before the previous one. A transaction takes its version when it begins, so a
 * change may become visible with a version that is some seconds old.
 */
const LOOK_BACK_MS = 120_000;
/**
 * The maximum number of versions per comparison: two minutes of 800 changed calls a second. With more, reading the
 * views again costs less.
 */
const MAX_VERSIONS = 100_000;
/**
 * The time after which a notice counts as lost. A notice may arrive long after its change: if a projector dies between
 * the two, its successor begins only after Kafka has reassigned the partitions. The longest time seen under faults is
 * 134 s (test/faults/RESULTS-CLUSTER.md).
 */
const MISSED_MS = 300_000;
/**
 * The delay from which a notice counts as late. A comparison overtakes notices in transit, which takes milliseconds.
 */
const LATE_MS = 5_000;
/**
 * The time between two attempts while the database is unavailable. It is short enough for the 5 s that a client may
 * wait after the database's return.
 */
const RETRY_MS = 1_000;

type Deps = {
  queries: CallQueries;
  subscriptions: Pick<Subscriptions, "changed" | "resync">;
  day: Pick<Day, "changed" | "agentsChanged" | "forget">;
  past: Pick<PastBoard, "changed" | "agentsChanged" | "forget">;
  /** Notifies every socket that something changed. */
  changed: () => void;
  log: Log;
  metrics: Metrics;
  /** Milliseconds since the epoch. */
  now: () => number;
  pause?: (ms: number) => Promise<unknown>;
};
type Comparison = { expectsNotices: boolean; answer: PromiseWithResolvers<number> };
/**
 * A change that a comparison found. `since`, measured by `now`, is the time of that comparison, or the last time at
 * which no notice could arrive.
 */
type Awaited = { version: number; since: number };
type State = Required<Deps> & {
  pending: Map<string, Notice>;
  /** The newest version of each recently changed subject that the views have. Null before the first comparison. */
  given: Map<string, number> | null;
  /** Changes whose notices have not arrived yet. */
  awaited: Map<string, Awaited>;
  /**
   * CallQueries.erasureMark from the last time at which the views certainly had no erased call. Null before the first
   * comparison.
   */
  erasureMark: number | null;
  /** The time, measured by `now`, at which the last comparison began. */
  comparedAt: number;
  /** Comparisons that were requested and are not finished. */
  asked: Comparison[];
  needsResync: boolean;
  working: boolean;
  stopped: boolean;
};

/**
 * Creates the feed, the way from notices to sockets. It reads the calls that the notices name, gives them to the views,
 * then sends DataChanged. A notice follows the commit, so the read call is at least as new as the notice. A read that
 * fails causes a resync, which runs when the database is back.
 */
export function createFeed(deps: Deps): Feed {
  const pause = deps.pause ?? ((ms: number) => sleep(ms, undefined, { ref: false }));
  const state: State = {
    ...deps,
    pause,
    pending: new Map(),
    given: null,
    awaited: new Map(),
    erasureMark: null,
    comparedAt: deps.now(),
    asked: [],
    needsResync: false,
    working: false,
    stopped: false,
  };
  return {
    notify(notices) {
      for (const notice of notices) {
        state.pending.set(subjectOf(notice.change), notice);
        settleAwaited(state, notice.change);
      }
      if (state.pending.size > MAX_PENDING) state.needsResync = true;
      void work(state);
    },
    resync() {
      state.needsResync = true;
      void work(state);
    },
    reconcile(expectsNotices) {
      const answer = Promise.withResolvers<number>();
      state.asked.push({ expectsNotices, answer });
      // the first comparison finds nothing, so the views must read the store after it
      if (state.given === null) state.needsResync = true;
      void work(state);
      return answer.promise;
    },
    stop() {
      state.stopped = true;
    },
  };
}

type ChangeKey = Pick<Change, "kind" | "key">;

/** The key of a change. It includes the kind, because a call and an agent may have the same key. */
const subjectOf = ({ kind, key }: ChangeKey) => `${kind}:${key}`;

async function work(state: State): Promise<void> {
  if (state.working) return;
  state.working = true;
  while (!state.stopped && (state.needsResync || state.asked.length > 0 || state.pending.size > 0)) {
    try {
      await (state.needsResync ? recover(state) : serve(state));
    } catch (error) {
      // the notices in hand are lost now: reading everything again makes up for them
      state.needsResync = true;
      if (!(error instanceof Unavailable)) state.log.error({ err: error }, "reading changed calls failed");
      await state.pause(RETRY_MS);
    }
  }
  state.working = false;
}

/** Handles waiting notices and one requested comparison. */
async function serve(state: State): Promise<void> {
  if (state.pending.size > 0) await relay(state);
  const [next] = state.asked;
  if (!next) return;
  const found = await compare(state, next.expectsNotices);
  // an erased call has no version to compare, and the ledger does not name it: read all views again
  if (await hasErasures(state)) state.needsResync = true;
  state.asked.shift();
  next.answer.resolve(found);
}

async function relay(state: State): Promise<void> {
  const notices = [...state.pending.values()].slice(0, READ_SIZE);
  for (const { change } of notices) state.pending.delete(subjectOf(change));
  await push(
    state,
    notices.map(({ change }) => change),
  );
  for (const { stamped } of notices) observeDelay(state, stamped);
}

type Changed = ChangeKey & { erased?: boolean };

/** Reads the changed calls and agents, gives them to the views, then notifies every socket. */
async function push(state: State, changes: readonly Changed[]): Promise<void> {
  const calls = changes.filter(({ kind }) => kind === "call");
  const ids = calls.filter(({ erased }) => !erased).map(({ key }) => key);
  const erased = calls.filter((change) => change.erased).map(({ key }) => key);
  // erasures go first, because they need no read that could fail
  if (erased.length > 0) notify(state, [], erased);
  if (ids.length > 0) await readChanged(state, ids);
  await readAgents(state, changes);
  state.changed();
}

/**
 * Reads the changed calls. A notice follows the commit, so a named call that is missing has been erased since. An
 * erasure is therefore passed on even if a late notice of the same call (from an owner that lost its partition) has
 * replaced its notice.
 */
async function readChanged(state: State, ids: readonly string[]): Promise<void> {
  const found = await state.queries.findCalls(ids);
  const there = new Set(found.map(({ aggregate_id }) => aggregate_id));
  const gone = ids.filter((id) => !there.has(id));
  notify(state, found, gone);
}

/** Reads the changed agents. An erased agent still exists if it has sent an event since. */
async function readAgents(state: State, changed: readonly Changed[]): Promise<void> {
  const { queries, day, past } = state;
  const changes = changed.filter(({ kind }) => kind === "agent");
  const keys = changes.map(({ key }) => key);
  if (keys.length === 0) return;
  const found = await queries.listPresences(keys);
  const there = new Set(found.map(({ agent }) => agent));
  const gone = keys.filter((key) => !there.has(key));
  for (const { agent, version } of found) note(state, { kind: "agent", key: agent, version });
  day.agentsChanged(found, gone);
  past.agentsChanged(found, gone.length > 0 || changes.some(({ erased }) => erased));
}

function notify(state: State, calls: readonly Call[], erased: readonly string[]): void {
  const { subscriptions, day, past } = state;
  for (const { aggregate_id, version } of calls) note(state, { kind: "call", key: aggregate_id, version });
  subscriptions.changed(calls, erased);
  day.changed(calls, erased);
  past.changed(calls, erased);
}

/** Records that the views have this version. */
const note = ({ given }: State, stored: StoredVersion): void =>
  void given?.set(subjectOf(stored), stored.version);

/**
 * Removes a found change when its notice arrives. The notice of an agent may name a lower version than the stored one.
 */
function settleAwaited({ awaited, metrics, now }: State, change: Change): void {
  const found = awaited.get(subjectOf(change));
  if (found === undefined || (change.kind === "call" && change.version < found.version)) return;
  awaited.delete(subjectOf(change));
  if (now() - found.since >= LATE_MS) metrics.lateNotices.inc();
}

/**
 * Observes the delay of a notice. Clocks of two machines differ: a notice from the future counts as passed on at once.
 */
const observeDelay = ({ metrics, now }: State, stamped: number): void =>
  metrics.fanoutSeconds.observe(Math.max(0, now() - stamped) / 1_000);

/**
 * Runs one comparison, see Feed.reconcile. It runs while nothing is being relayed, so that changes on their way to the
 * views do not count as missing.
 */
async function compare(state: State, expectsNotices: boolean): Promise<number> {
  const until = state.now();
  if (expectsNotices) countMissed(state, until);
  else for (const found of state.awaited.values()) found.since = until;
  const withinMs = LOOK_BACK_MS + Math.max(0, until - state.comparedAt);
  const stored = await state.queries.listVersions({ withinMs, until, limit: MAX_VERSIONS });
  const found = ungivenOf(state, stored);
  // done before anything else is read, because a notice may arrive meanwhile
  if (expectsNotices)
    for (const each of found) state.awaited.set(subjectOf(each), { version: each.version, since: until });
  if (found.length > MAX_PENDING || stored.length >= MAX_VERSIONS) state.needsResync = true;
  else
    for (let start = 0; start < found.length; start += READ_SIZE)
      await push(state, found.slice(start, start + READ_SIZE));
  state.given = new Map(
    stored.map((each) => [subjectOf(each), Math.max(each.version, givenOf(state, each))]),
  );
  state.comparedAt = until;
  return found.length;
}

/** Returns whether an erasure happened since this function last ran, with or without a notice. */
async function hasErasures(state: State): Promise<boolean> {
  const before = state.erasureMark;
  state.erasureMark = await state.queries.erasureMark();
  return before !== null && state.erasureMark !== before;
}

/**
 * Returns the stored versions that the views do not have. Those with a waiting notice are left out: they are about to
 * be relayed. The first comparison has nothing to compare with.
 */
const ungivenOf = (state: State, stored: readonly StoredVersion[]): StoredVersion[] =>
  state.given === null
    ? []
    : stored.filter((each) => each.version > givenOf(state, each) && !state.pending.has(subjectOf(each)));

const givenOf = ({ given }: State, subject: ChangeKey): number => given?.get(subjectOf(subject)) ?? 0;

function countMissed({ awaited, metrics, log }: State, now: number): void {
  const missed = [...awaited].filter(([, { since }]) => now - since >= MISSED_MS);
  if (missed.length === 0) return;
  metrics.missedNotices.inc(missed.length);
  log.error({ count: missed.length }, "notices lost: the store has changes whose notices never arrived");
  for (const [subject] of missed) awaited.delete(subject);
}

/**
 * Finds all possibly missed changes by reading again. Recent changes are read first, for all views at once. Then each
 * view is read, and waiting changes are relayed between two views. The first read also shows whether the database is
 * back.
 */
async function recover(state: State): Promise<void> {
  state.needsResync = false;
  for (const [subject, { change }] of state.pending) if (!change.erased) state.pending.delete(subject);
  // their notices may have been skipped, for example by a new member of the group, which is not a loss
  state.awaited.clear();
  state.day.forget();
  state.past.forget();
  await compare(state, false);
  await hasErasures(state);
  await state.subscriptions.resync(state.queries, () => serve(state));
  state.changed();
  await state.pause(RECOVERY_MS);
}
