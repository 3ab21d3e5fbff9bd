import { setTimeout as sleep } from "node:timers/promises";
import { type Call, type CallQueries, type Change, type StoredVersion, Unavailable } from "@teravoz/domain";
import type { Log, Metrics } from "@teravoz/runtime";
import type { Day } from "./day.ts";
import type { PastBoard } from "./past.ts";
import { READ_SIZE, type Subscriptions } from "./subscriptions.ts";

/** A change someone made known, and when the broker stamped it (ms since the epoch). */
export type Notice = { change: Change; stamped: number };

export type Feed = {
  /** Takes notices in their order; they are read and passed on soon, in the background. */
  notify(notices: readonly Notice[]): void;
  /** Something may have been missed: reads every view again, and notifies every socket. */
  resync(): void;
  /**
   * Compares the versions of what changed lately in the store with those that the views were given, and pushes what they lack. Resolves
   * with the number of such changes, once the database answers. A change counts as missed if its notice does not come for MISSED_MS.
   * `expectsNotices` is false while none can come: that time does not count.
   */
  reconcile(expectsNotices: boolean): Promise<number>;
  stop(): void;
};

/** Beyond this many calls it costs less to read the views again than the calls one by one. */
const MAX_PENDING = 10_000;
/** Each failing query may ask for a resync: everything is read again this often at most. */
const RECOVERY_MS = 250;
/**
 * A comparison looks this far back beyond the one before. A transaction takes its version when it begins, so a change may become
 * visible with a version that is some seconds old.
 */
const LOOK_BACK_MS = 120_000;
/** Two minutes of 800 changed calls a second. With more, reading the views again costs less. */
const MAX_VERSIONS = 100_000;
/**
 * A notice may come long after its change: a projector that ended between the two has a successor only when Kafka has given away its
 * partitions. The longest time seen under faults is 134 s (test/faults/RESULTS-CLUSTER.md).
 */
const MISSED_MS = 300_000;
/** A comparison overtakes notices that are on their way, which takes milliseconds. */
const LATE_MS = 5_000;
/** Between attempts while the database is away: soon enough for the 5 s a client may wait after its return. */
const RETRY_MS = 1_000;

type Deps = {
  queries: CallQueries;
  subscriptions: Pick<Subscriptions, "changed" | "resync">;
  day: Pick<Day, "changed" | "agentsChanged" | "forget">;
  past: Pick<PastBoard, "changed" | "agentsChanged" | "forget">;
  /** notifies every socket that something changed. */
  changed: () => void;
  log: Log;
  metrics: Metrics;
  /** Milliseconds since the epoch. */
  now: () => number;
  pause?: (ms: number) => Promise<unknown>;
};
type Comparison = { expectsNotices: boolean; answer: PromiseWithResolvers<number> };
/** A change that a comparison found. `since`, by `now`: the time of that comparison, or of the last one at which no notice could come. */
type Awaited = { version: number; since: number };
type State = Required<Deps> & {
  pending: Map<string, Notice>;
  /** The newest version of each subject that the views were given, of those that changed lately; null before the first comparison. */
  given: Map<string, number> | null;
  /** Changes whose notices have not come yet. */
  awaited: Map<string, Awaited>;
  /** CallQueries.erasureMark when the views were last known to have no erased call; null before the first comparison. */
  erasureMark: number | null;
  /** When the last comparison began, by `now`. */
  comparedAt: number;
  /** Comparisons that were asked for. */
  asked: Comparison[];
  needsResync: boolean;
  working: boolean;
  stopped: boolean;
};

/**
 * From notices to sockets: reads the calls they name (a notice comes after the commit, so what is read is at least as
 * new), hands them to the views, then says DataChanged. A read that fails asks for a resync, which is
 * done when the database is back.
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

/** A call and an agent of the same key are two. */
const subjectOf = ({ kind, key }: ChangeKey) => `${kind}:${key}`;

async function work(state: State): Promise<void> {
  if (state.working) return;
  state.working = true;
  while (!state.stopped && (state.needsResync || state.asked.length > 0 || state.pending.size > 0)) {
    try {
      await (state.needsResync ? recover(state) : serve(state));
    } catch (error) {
      // the notices in hand are lost with this: reading everything again makes up for them
      state.needsResync = true;
      if (!(error instanceof Unavailable)) state.log.error({ err: error }, "reading changed calls failed");
      await state.pause(RETRY_MS);
    }
  }
  state.working = false;
}

/** One round of what is not a reading of everything. */
async function serve(state: State): Promise<void> {
  if (state.pending.size > 0) await relay(state);
  const [next] = state.asked;
  if (!next) return;
  const found = await compare(state, next.expectsNotices);
  // a call that was erased has no version to compare, and the ledger names none: all views are read again
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

/** Reads what changed and gives it to the views, then notifies every socket. */
async function push(state: State, changes: readonly Changed[]): Promise<void> {
  const calls = changes.filter(({ kind }) => kind === "call");
  const ids = calls.filter(({ erased }) => !erased).map(({ key }) => key);
  const erased = calls.filter((change) => change.erased).map(({ key }) => key);
  // first, for they need no read that could fail
  if (erased.length > 0) notify(state, [], erased);
  if (ids.length > 0) await readChanged(state, ids);
  await readAgents(state, changes);
  state.changed();
}

/**
 * A notice comes after the commit: what it names and is not there has been erased since. So an erasure is passed on also if a
 * late notice of the same call (of an owner that lost its partition) has taken the place of its own.
 */
async function readChanged(state: State, ids: readonly string[]): Promise<void> {
  const found = await state.queries.findCalls(ids);
  const there = new Set(found.map(({ aggregate_id }) => aggregate_id));
  const gone = ids.filter((id) => !there.has(id));
  notify(state, found, gone);
}

/** An agent that was erased lives on where it has said something since. */
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

/** The views are given this version. */
const note = ({ given }: State, stored: StoredVersion): void =>
  void given?.set(subjectOf(stored), stored.version);

/** The notice of a found change has come. The notice of an agent may name a lower version than the one that is stored. */
function settleAwaited({ awaited, metrics, now }: State, change: Change): void {
  const found = awaited.get(subjectOf(change));
  if (found === undefined || (change.kind === "call" && change.version < found.version)) return;
  awaited.delete(subjectOf(change));
  if (now() - found.since >= LATE_MS) metrics.lateNotices.inc();
}

/** Clocks of two machines differ: a notice from the future was passed on at once. */
const observeDelay = ({ metrics, now }: State, stamped: number): void =>
  metrics.fanoutSeconds.observe(Math.max(0, now() - stamped) / 1_000);

/** See Feed.reconcile. Runs while nothing is being relayed, so that what is on its way to the views is not taken for missing. */
async function compare(state: State, expectsNotices: boolean): Promise<number> {
  const until = state.now();
  if (expectsNotices) countMissed(state, until);
  else for (const found of state.awaited.values()) found.since = until;
  const withinMs = LOOK_BACK_MS + Math.max(0, until - state.comparedAt);
  const stored = await state.queries.listVersions({ withinMs, until, limit: MAX_VERSIONS });
  const found = ungivenOf(state, stored);
  // before anything else is read: a notice may come meanwhile
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

/** Whether something was erased since this was asked last, notified of or not. */
async function hasErasures(state: State): Promise<boolean> {
  const before = state.erasureMark;
  state.erasureMark = await state.queries.erasureMark();
  return before !== null && state.erasureMark !== before;
}

/** Those with a notice waiting are about to be relayed. The first comparison has nothing to compare with. */
const ungivenOf = (state: State, stored: readonly StoredVersion[]): StoredVersion[] =>
  state.given === null
    ? []
    : stored.filter((each) => each.version > givenOf(state, each) && !state.pending.has(subjectOf(each)));

const givenOf = ({ given }: State, subject: ChangeKey): number => given?.get(subjectOf(subject)) ?? 0;

function countMissed({ awaited, metrics, log }: State, now: number): void {
  const missed = [...awaited].filter(([, { since }]) => now - since >= MISSED_MS);
  if (missed.length === 0) return;
  metrics.missedNotices.inc(missed.length);
  log.error({ count: missed.length }, "changes were found in the store, and their notices never came");
  for (const [subject] of missed) awaited.delete(subject);
}

/**
 * Finds by reading again all that may have been missed. What changed lately comes first, for all views at once; then each view is
 * read, and what happens meanwhile is relayed between two of them. The first read also says whether the database is back.
 */
async function recover(state: State): Promise<void> {
  state.needsResync = false;
  for (const [subject, { change }] of state.pending) if (!change.erased) state.pending.delete(subject);
  // the notices of these may have been skipped, for example by a new member of the group, which is no loss
  state.awaited.clear();
  state.day.forget();
  state.past.forget();
  await compare(state, false);
  await hasErasures(state);
  await state.subscriptions.resync(state.queries, () => serve(state));
  state.changed();
  await state.pause(RECOVERY_MS);
}
