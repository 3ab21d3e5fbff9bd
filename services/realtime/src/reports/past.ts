import {
  type Call,
  type CallQueries,
  callsAt,
  type Fold,
  ON_BOARD_MS,
  type Past,
  type Presence,
  presencesAt,
  type RecentCall,
  Unavailable,
} from "@teravoz/domain";
import type { Counted } from "./reports.ts";

/**
 * Calls and agents as they were known at any past moment. They are read from the store in stretches of ten minutes, and
 * the last few stretches are kept in memory.
 */
export type PastBoard = {
  /**
   * Returns calls and agents by the events received up to the moment. Throws what the queries throw, and Unavailable if
   * too many reads are waiting.
   */
  at(moment: Date): Promise<Counted>;
  /** Takes calls just read from the store, and the ids of those that were erased. */
  changed(calls: readonly Call[], erased: readonly string[]): void;
  /** Takes agents just read from the store. `erased` is true if events of an agent were erased. */
  agentsChanged(presences: readonly Presence[], erased: boolean): void;
  /** Discards all stretches, because changes may have been missed. */
  forget(): void;
};

/**
 * The length of a stretch. Played at 60 times the speed it lasts ten seconds. In a large call centre it has 3,000
 * calls, 15 MB.
 */
const STRETCH_MS = 10 * 60_000;
/**
 * The longest time between an event's receipt and its storage in normal operation. `changed` reports events that take
 * longer.
 */
const SETTLING_MS = 5_000;
/**
 * The number of stretches kept, because several clients may look at different times. With 100,000 calls a day they take
 * some 60 MB, which consecutive stretches share.
 */
const STRETCHES_KEPT = 4;
const UNUSED_MS = 60_000;
/** The longest time for which consecutive stretches reuse the calls of the first read. */
const OLDEST_MS = 10 * 60_000;
/**
 * The maximum number of reads that run or wait; further ones are refused. One read runs at a time, which leaves the
 * database to the live clients.
 */
const MAX_READINGS = 16;
/** The maximum number of bytes per read: a hundred thousand events of usual size. */
const MAX_BYTES = 64 * 1024 * 1024;

/** A kept stretch. Everything up to `until` is known. Times, except those of Past, are ms since the epoch. */
type Kept = Past & { until: number; settledReadAt: number; usedAt: number };
/** A read that runs or waits. A stale one answers its requests and is not kept. */
type Reading = {
  from: Date;
  to: Date;
  begunAt: number | null;
  erased: Set<string>;
  stale: boolean;
  past: Promise<Past>;
};

export type PastQueries = Pick<
  CallQueries,
  "listRecentCalls" | "listMovingCalls" | "listPastPresences" | "listPresenceEvents"
>;
type Deps = { queries: PastQueries; fold: Fold; now: () => number };
/** The state. `kept` is in the order of use, the latest last. */
type State = Deps & { kept: Kept[]; readings: Set<Reading>; last: Promise<unknown> };

/** Creates the board of the past. `now` returns ms since the epoch. */
export function createPastBoard(deps: Deps): PastBoard {
  const state: State = { ...deps, kept: [], readings: new Set(), last: Promise.resolve() };
  return {
    at: (moment) => readAt(state, moment),
    changed: (calls, erased) => {
      dropErased(state, erased);
      dropLate(state, calls);
    },
    agentsChanged: (presences, erased) => {
      if (erased) forget(state);
      dropLate(state, presences);
    },
    forget: () => forget(state),
  };
}

function forget(state: State): void {
  state.kept = [];
  for (const reading of state.readings) reading.stale = true;
}

async function readAt(state: State, moment: Date): Promise<Counted> {
  dropOld(state);
  const kept = useKept(state, moment);
  const past = kept ?? (await (findReading(state, moment) ?? begin(state, moment)).past);
  return boardAt(past, moment, state.fold);
}

const boardAt = (past: Past, moment: Date, fold: Fold) => ({
  calls: callsAt(past, moment, fold),
  presences: presencesAt(past, moment, fold.readOccurrence),
});

function dropOld(state: State): void {
  const now = state.now();
  state.kept = state.kept.filter(
    ({ usedAt, settledReadAt }) => now - usedAt < UNUSED_MS && now - settledReadAt < OLDEST_MS,
  );
}

function useKept(state: State, moment: Date): Kept | null {
  const found = state.kept.find(({ from, until }) => from <= moment && moment.getTime() <= until);
  if (!found) return null;
  found.usedAt = state.now();
  state.kept = [...state.kept.filter((each) => each !== found), found];
  return found;
}

/** Finds a read that covers the moment: one that has not begun yet, or one that began after the moment. */
const findReading = ({ readings }: State, moment: Date): Reading | undefined =>
  [...readings].find(
    ({ from, to, begunAt }) => from <= moment && moment <= to && moment.getTime() <= (begunAt ?? Infinity),
  );

function begin(state: State, moment: Date): Reading {
  if (state.readings.size >= MAX_READINGS) throw new Unavailable("too many reads of the past are waiting");
  // a stretch begins where everything before it is known
  const latest = Math.min(moment.getTime(), state.now() - SETTLING_MS);
  const from = new Date(Math.floor(latest / STRETCH_MS) * STRETCH_MS);
  const to = new Date(Math.max(from.getTime() + STRETCH_MS, moment.getTime()));
  const begun = { from, to, begunAt: null, erased: new Set<string>(), stale: false };
  const reading: Reading = Object.assign(begun, { past: state.last.then(() => read(state, reading)) });
  state.last = reading.past.then(ignore, ignore).then(() => state.readings.delete(reading));
  state.readings.add(reading);
  return reading;
}

const ignore = () => {};

async function read(state: State, reading: Reading): Promise<Past> {
  const { queries, now } = state;
  const { from, to } = reading;
  const begunAt = now();
  reading.begunAt = begunAt;
  const base = useKept(state, from);
  // read the settled calls first: a call that gets an event between the two reads is then in both, not in neither
  const stood = base ? boardAt(base, from, state.fold) : await readStood(queries, from);
  const stretch = { from, to, bytes: MAX_BYTES };
  const moved = await queries.listMovingCalls(stretch);
  const said = await queries.listPresenceEvents(stretch);
  const isThere = ({ aggregate_id }: RecentCall) => !reading.erased.has(aggregate_id);
  const settled = stood.calls.filter(isThere);
  const moving = moved.filter(({ call }) => isThere(call));
  const past = { from, to, settled, moving, presences: stood.presences, said };
  const until = knownUntil(reading);
  const settledReadAt = base?.settledReadAt ?? begunAt;
  if (!reading.stale) keep(state, { ...past, until, settledReadAt, usedAt: now() });
  return past;
}

async function readStood(queries: PastQueries, at: Date): Promise<Counted> {
  const calls = await queries.listRecentCalls(new Date(at.getTime() - ON_BOARD_MS), at);
  return { calls, presences: await queries.listPastPresences(at) };
}

/** Returns the time up to which a read knows everything; none before it begins. */
const knownUntil = ({ to, begunAt }: Reading): number => Math.min(to.getTime(), (begunAt ?? 0) - SETTLING_MS);

function keep(state: State, past: Kept): void {
  const others = state.kept.filter(({ from }) => from.getTime() !== past.from.getTime());
  state.kept = [...others, past].slice(-STRETCHES_KEPT);
}

/** Discards all kept stretches after an erasure, and removes erased calls from reads in progress. */
function dropErased(state: State, erased: readonly string[]): void {
  if (erased.length > 0) state.kept = [];
  for (const reading of state.readings) for (const key of erased) reading.erased.add(key);
}

/**
 * Discards the stretches that a change affects: it arrived late or was folded again, in a time that was already known.
 */
function dropLate(state: State, changed: readonly { updated_at: Date }[]): void {
  dropOld(state);
  const earliest = changed.reduce((least, { updated_at }) => Math.min(least, updated_at.getTime()), Infinity);
  state.kept = state.kept.filter(({ until }) => until < earliest);
  for (const reading of state.readings) if (earliest <= knownUntil(reading)) reading.stale = true;
}
