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

/** Calls and agents as they were known at any moment; read from the store in stretches, of which a few are kept for a while. */
export type PastBoard = {
  /** Calls and agents by the events received by then. Throws what the queries throw, and Unavailable if too many wait for a reading. */
  at(moment: Date): Promise<Counted>;
  /** Calls as just read from the store, and the ids of those that are gone for good. */
  changed(calls: readonly Call[], erased: readonly string[]): void;
  /** Agents as just read; `erased`: something that an agent had said is gone for good. */
  agentsChanged(presences: readonly Presence[], erased: boolean): void;
  /** Something may have been missed: nothing that was read counts any more. */
  forget(): void;
};

/** Played at 60 times the speed it lasts ten seconds; a large call centre has 3,000 calls in it, 15 MB. */
const STRETCH_MS = 10 * 60_000;
/** An event is stored so long after its receipt at the latest, unless something is wrong: then `changed` reports it. */
const SETTLING_MS = 5_000;
/** Several may look at times of their own: 100,000 calls a day are some 60 MB, which stretches that follow on each other share. */
const STRETCHES_KEPT = 4;
const UNUSED_MS = 60_000;
/** The longest time for which the first reading is carried along while someone plays on and on. */
const OLDEST_MS = 10 * 60_000;
/** One reading at a time leaves the database to those who are live; who comes after so many waits elsewhere. */
const MAX_READINGS = 16;
/** A hundred thousand events of usual size. */
const MAX_BYTES = 64 * 1024 * 1024;

/** `until`: up to then all is known. Times but those of Past are ms since the epoch. */
type Kept = Past & { until: number; settledReadAt: number; usedAt: number };
/** `stale`: it is answered with and not kept. */
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
/** The kept in the order of their use. */
type State = Deps & { kept: Kept[]; readings: Set<Reading>; last: Promise<unknown> };

/** `now` in ms since the epoch. */
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

/** One that has not begun, or began after the moment, will know it. */
const findReading = ({ readings }: State, moment: Date): Reading | undefined =>
  [...readings].find(
    ({ from, to, begunAt }) => from <= moment && moment <= to && moment.getTime() <= (begunAt ?? Infinity),
  );

function begin(state: State, moment: Date): Reading {
  if (state.readings.size >= MAX_READINGS) throw new Unavailable("too many readings of the past");
  // a stretch begins when all before it is known
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
  // what stood first: a call that gets an event between the readings is then in both, and not in none
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

/** Nothing is known before it begins. */
const knownUntil = ({ to, begunAt }: Reading): number => Math.min(to.getTime(), (begunAt ?? 0) - SETTLING_MS);

function keep(state: State, past: Kept): void {
  const others = state.kept.filter(({ from }) => from.getTime() !== past.from.getTime());
  state.kept = [...others, past].slice(-STRETCHES_KEPT);
}

/** An erased call goes from everything, also from what is being read. */
function dropErased(state: State, erased: readonly string[]): void {
  if (erased.length > 0) state.kept = [];
  for (const reading of state.readings) for (const key of erased) reading.erased.add(key);
}

/** A change in a time that was already known (it came late, or is folded again) discards the readings from there on. */
function dropLate(state: State, changed: readonly { updated_at: Date }[]): void {
  dropOld(state);
  const earliest = changed.reduce((least, { updated_at }) => Math.min(least, updated_at.getTime()), Infinity);
  state.kept = state.kept.filter(({ until }) => until < earliest);
  for (const reading of state.readings) if (earliest <= knownUntil(reading)) reading.stale = true;
}
