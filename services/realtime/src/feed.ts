import { setTimeout as sleep } from "node:timers/promises";
import { type Call, type CallQueries, type Change, Unavailable } from "@teravoz/domain";
import type { Log, Metrics } from "@teravoz/runtime";
import type { Day } from "./day.ts";
import type { PastBoard } from "./past.ts";
import { READ_SIZE, type Subscriptions } from "./subscriptions.ts";

/** A change someone made known, and when the broker stamped it (ms since the epoch). */
export type Notice = { change: Change; stamped: number };

export type Feed = {
  /** Takes notices in their order; they are read and told soon, in the background. */
  tell(notices: readonly Notice[]): void;
  /** Something may have been missed: reads every view again, and tells every socket. */
  doubt(): void;
  stop(): void;
};

/** Beyond this many calls it costs less to read the views again than the calls one by one. */
const MAX_PENDING = 10_000;
/** Doubts may come with every failing query: this often at most everything is read again. */
const RECOVERY_MS = 250;
/** Between attempts while the database is away: soon enough for the 5 s a client may wait after its return. */
const RETRY_MS = 1_000;

type Deps = {
  queries: CallQueries;
  subscriptions: Pick<Subscriptions, "changed" | "resync">;
  day: Pick<Day, "changed" | "agentsChanged" | "forget">;
  past: Pick<PastBoard, "changed" | "agentsChanged" | "forget">;
  /** Tells every socket that something changed. */
  changed: () => void;
  log: Log;
  metrics: Metrics;
  /** Milliseconds since the epoch. */
  now: () => number;
  pause?: (ms: number) => Promise<unknown>;
};
type State = Required<Deps> & {
  pending: Map<string, Notice>;
  doubtful: boolean;
  working: boolean;
  stopped: boolean;
};

/**
 * From notices to sockets: reads the calls they name (a notice comes after the commit, so what is read is at least as
 * new), hands them to the views, then says DataChanged. What cannot be read becomes a doubt, and is made
 * good when the database is back.
 */
export function createFeed(deps: Deps): Feed {
  const pause = deps.pause ?? ((ms: number) => sleep(ms, undefined, { ref: false }));
  const state: State = {
    ...deps,
    pause,
    pending: new Map(),
    doubtful: false,
    working: false,
    stopped: false,
  };
  return {
    tell(notices) {
      for (const notice of notices) state.pending.set(subjectOf(notice), notice);
      if (state.pending.size > MAX_PENDING) state.doubtful = true;
      void work(state);
    },
    doubt() {
      state.doubtful = true;
      void work(state);
    },
    stop() {
      state.stopped = true;
    },
  };
}

/** A call and an agent of the same key are two. */
const subjectOf = ({ change: { kind, key } }: Notice) => `${kind}:${key}`;

async function work(state: State): Promise<void> {
  if (state.working) return;
  state.working = true;
  while (!state.stopped && (state.doubtful || state.pending.size > 0)) {
    try {
      await (state.doubtful ? recover(state) : relay(state));
    } catch (error) {
      // the notices in hand are lost with this: reading everything again makes up for them
      state.doubtful = true;
      if (!(error instanceof Unavailable)) state.log.error({ err: error }, "reading changed calls failed");
      await state.pause(RETRY_MS);
    }
  }
  state.working = false;
}

async function relay(state: State): Promise<void> {
  const notices = [...state.pending.values()].slice(0, READ_SIZE);
  for (const notice of notices) state.pending.delete(subjectOf(notice));
  const calls = notices.map(({ change }) => change).filter(({ kind }) => kind === "call");
  const ids = calls.filter(({ erased }) => !erased).map(({ key }) => key);
  const erased = calls.filter((change) => change.erased).map(({ key }) => key);
  // first, for they need no read that could fail
  if (erased.length > 0) tell(state, [], erased);
  if (ids.length > 0) await readChanged(state, ids);
  await readAgents(state, notices);
  state.changed();
  for (const { stamped } of notices) observeDelay(state, stamped);
}

/**
 * A notice comes after the commit: what it names and is not there has been erased since. So an erasure is told also where a
 * late notice of the same call (of an owner that lost its partition) has taken the place of its own.
 */
async function readChanged(state: State, ids: readonly string[]): Promise<void> {
  const found = await state.queries.findCalls(ids);
  const there = new Set(found.map(({ aggregate_id }) => aggregate_id));
  const gone = ids.filter((id) => !there.has(id));
  tell(state, found, gone);
}

/** An agent that was erased lives on where it has said something since. */
async function readAgents({ queries, day, past }: State, notices: readonly Notice[]): Promise<void> {
  const changes = notices.map(({ change }) => change).filter(({ kind }) => kind === "agent");
  const keys = changes.map(({ key }) => key);
  if (keys.length === 0) return;
  const found = await queries.listPresences(keys);
  const there = new Set(found.map(({ agent }) => agent));
  const gone = keys.filter((key) => !there.has(key));
  day.agentsChanged(found, gone);
  past.agentsChanged(found, gone.length > 0 || changes.some(({ erased }) => erased));
}

function tell({ subscriptions, day, past }: State, calls: readonly Call[], erased: readonly string[]): void {
  subscriptions.changed(calls, erased);
  day.changed(calls, erased);
  past.changed(calls, erased);
}

/** Clocks of two machines differ: a notice from the future was told at once. */
const observeDelay = ({ metrics, now }: State, stamped: number): void =>
  metrics.fanoutSeconds.observe(Math.max(0, now() - stamped) / 1_000);

/** Whatever was missed is found by reading again; the first read also says whether the database is back. */
async function recover(state: State): Promise<void> {
  state.doubtful = false;
  for (const [key, { change }] of state.pending) if (!change.erased) state.pending.delete(key);
  state.day.forget();
  state.past.forget();
  await state.queries.listCalls({}, { limit: 1, cursor: null });
  await state.subscriptions.resync(state.queries);
  state.changed();
  await state.pause(RECOVERY_MS);
}
