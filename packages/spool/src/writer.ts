import { OutcomeUnknown, Unavailable } from "@teravoz/domain";
import { type Log, sleep, startDeadline } from "@teravoz/runtime";
import { type Active, appendAll, begin, close, tryDisk } from "./active.ts";
import type { Disk } from "./disk.ts";
import { type Addressed, sizeOf } from "./record.ts";
import { type Outline, type SpoolDir, segmentOf } from "./segments.ts";

export type WriterLimits = {
  /** A segment that holds so many bytes is closed. */
  segmentBytes: number;
  /** So much may wait for the disk. */
  maxWaitingBytes: number;
  /** A disk that takes longer for one group counts as failed until it answers; no record waits longer for its turn. */
  diskDeadlineMs: number;
};

/** Appends to segments in a directory of its own; what waits while an fsync runs shares the next one. */
export type Writer = {
  /** Takes the directory; where that fails it is a fault, and tried again. */
  open(): Promise<void>;
  /**
   * Resolves when the record is on the disk for good; throws Unavailable where the disk does not take it, and OutcomeUnknown where it
   * was being written.
   */
  append(record: Addressed): Promise<void>;
  /** Closes the segment that is being written, if there is one, as soon as nothing is on its way into it. */
  rotate(): void;
  /** Null, or why nothing can be written; it is so until something could be. */
  fault(): string | null;
  /** Where there is a fault, sees whether it is still there: nobody sends events to who is not ready. */
  probe(): Promise<void>;
  /** The segment that is being written. */
  active(): Outline | null;
  /** Where its records are to go. */
  destinations(): ReadonlySet<string>;
  waitingBytes(): number;
  /** Resolves when nothing is on its way any more, or the disk does not answer. */
  settled(): Promise<void>;
};

type PendingAppend = { record: Addressed; since: number; resolve(): void; reject(error: Unavailable): void };

type State = {
  disk: Disk;
  openDir(): Promise<SpoolDir>;
  /** The directory, once it is open. */
  spoolDir: Promise<SpoolDir> | null;
  log: Log;
  limits: WriterLimits;
  active: Active | null;
  /** How many segments were begun: they are named by it. */
  begun: number;
  rotating: boolean;
  waiting: PendingAppend[];
  waitingBytes: number;
  working: Promise<void> | null;
  fault: string | null;
  /** The disk has been silent for longer than its deadline. */
  stuck: boolean;
};

/** One write of it takes a slow disk some ten milliseconds. */
const MAX_GROUP_BYTES = 1024 * 1024;
const LOOK_MS = 20;
const NONE: ReadonlySet<string> = new Set();

export function createWriter(options: Pick<State, "disk" | "openDir" | "log" | "limits">): Writer {
  const queue = { waiting: [], waitingBytes: 0, working: null, rotating: false };
  const state: State = {
    ...options,
    ...queue,
    spoolDir: null,
    active: null,
    begun: 0,
    fault: null,
    stuck: false,
  };
  return {
    open: () => openDirOf(state).then(() => {}, failed(state)),
    append: (record) => enqueue(state, record),
    rotate: () => {
      state.rotating = state.active !== null || state.working !== null;
      if (!state.working) closeFull(state);
    },
    fault: () => state.fault,
    probe: () => probe(state),
    active: () => state.active?.outline ?? null,
    destinations: () => state.active?.destinations ?? NONE,
    waitingBytes: () => state.waitingBytes,
    settled: async () => {
      while (state.working && !state.stuck) await Promise.race([state.working, sleep(LOOK_MS)]);
    },
  };
}

function openDirOf(state: State): Promise<SpoolDir> {
  state.spoolDir ??= state.openDir().catch((error) => {
    state.spoolDir = null;
    throw error;
  });
  return state.spoolDir;
}

const failed = (state: State) => (cause: unknown) =>
  setFault(state, "the disk does not take what is written", cause);

function enqueue(state: State, record: Addressed): Promise<void> {
  const { limits, waitingBytes } = state;
  if (state.stuck) return Promise.reject(new Unavailable("the spool's disk does not answer"));
  if (waitingBytes + sizeOf(record) > limits.maxWaitingBytes)
    return Promise.reject(new Unavailable("too much waits for the spool's disk"));
  return new Promise((resolve, reject) => {
    state.waiting.push({ record, since: performance.now(), resolve, reject });
    state.waitingBytes += sizeOf(record);
    state.working ??= work(state);
  });
}

async function work(state: State): Promise<void> {
  while (state.waiting.length > 0) {
    refuseLate(state);
    await commit(state, takeGroup(state.waiting));
  }
  state.working = null;
}

/** A slow disk that takes each group in time takes none of them in time that has many before it. */
function refuseLate(state: State): void {
  const latest = performance.now() - state.limits.diskDeadlineMs;
  const inTime = state.waiting.findIndex(({ since }) => since > latest);
  drop(state, state.waiting.splice(0, inTime < 0 ? state.waiting.length : inTime));
}

/** The head of the queue, as much as goes in one write. */
function takeGroup(waiting: PendingAppend[]): PendingAppend[] {
  let bytes = 0;
  const end = waiting.findIndex(({ record }, n) => {
    bytes += sizeOf(record);
    return n > 0 && bytes > MAX_GROUP_BYTES;
  });
  return waiting.splice(0, end < 0 ? waiting.length : end);
}

async function commit(state: State, group: PendingAppend[]): Promise<void> {
  if (group.length === 0) return;
  const cancel = startDeadline(state.limits.diskDeadlineMs, () => giveUp(state, group));
  try {
    await write(state, group);
    for (const { resolve } of group) resolve();
    setFault(state, null);
  } catch (cause) {
    abandon(state);
    failed(state)(cause);
    refuse(group, new OutcomeUnknown("the spool's disk failed", { cause }));
  } finally {
    cancel();
    for (const { record } of group) state.waitingBytes -= sizeOf(record);
    state.stuck = false;
    closeFull(state);
  }
}

async function write(state: State, group: PendingAppend[]): Promise<void> {
  if (!state.active) {
    const spoolDir = await openDirOf(state);
    state.begun++;
    state.active = await begin(state.disk, spoolDir, state.begun);
    await state.disk.syncDir(spoolDir.dir);
  }
  await appendAll(
    state.active,
    group.map(({ record }) => record),
  );
}

function closeFull(state: State): void {
  const { active, limits } = state;
  if (!active || (!state.rotating && active.outline.bytes < limits.segmentBytes)) return;
  state.active = null;
  state.rotating = false;
  close(active);
  active.spoolDir.segments.push(segmentOf(active.outline));
}

/**
 * After a failed write or fsync nobody knows what of it is on the disk, and the next fsync of the file may say all is well when it
 * is not (lwn.net/Articles/752063): nothing more is written there. What was acknowledged before stays and is sent.
 */
function abandon(state: State): void {
  const { active, disk } = state;
  state.active = null;
  if (!active) return;
  close(active);
  if (active.outline.records > 0) active.spoolDir.segments.push(segmentOf(active.outline));
  else disk.remove(active.outline.path).catch(() => {});
}

/** Nobody waits for ever for a disk that says nothing. */
function giveUp(state: State, group: PendingAppend[]): void {
  state.stuck = true;
  setFault(state, "the disk does not answer");
  refuse(group, new OutcomeUnknown("the spool's disk does not answer"));
  drop(state, state.waiting.splice(0));
}

/** Refuses what has not had its turn. */
function drop(state: State, waiting: PendingAppend[]): void {
  for (const { record } of waiting) state.waitingBytes -= sizeOf(record);
  refuse(waiting, new Unavailable("the spool's disk does not answer"));
}

function refuse(group: PendingAppend[], error: Unavailable): void {
  for (const { reject } of group) reject(error);
}

async function probe(state: State): Promise<void> {
  if (state.fault === null || state.working !== null) return;
  try {
    await tryDisk(state.disk, (await openDirOf(state)).dir);
    setFault(state, null);
  } catch (err) {
    setFault(state, state.fault, err);
  }
}

/** Logs once when it begins and once when it ends. */
function setFault(state: State, fault: string | null, err?: unknown): void {
  const before = state.fault;
  state.fault = fault;
  if (fault && !before)
    state.log.error({ err }, "the spool's disk failed: events that need it are answered 503");
  if (!fault && before) state.log.info("the spool's disk works again");
}
