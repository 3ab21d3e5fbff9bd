import { OutcomeUnknown, Unavailable } from "@teravoz/domain";
import { type Log, sleep, startDeadline } from "@teravoz/runtime";
import { type Active, appendAll, begin, close, tryDisk } from "./active.ts";
import type { Disk } from "./disk.ts";
import { type Addressed, sizeOf } from "./record.ts";
import { type Outline, type SpoolDir, segmentOf } from "./segments.ts";

export type WriterLimits = {
  /** The size in bytes at which a segment is closed. */
  segmentBytes: number;
  /** The maximum size of the records that wait for the disk, in bytes. */
  maxWaitingBytes: number;
  /**
   * The time limit of the disk for one group of records, in ms. A disk that takes longer counts as failed until it
   * answers. No record waits longer to be written.
   */
  diskDeadlineMs: number;
};

/** Appends records to segments in its own directory. Records that wait while an fsync runs share the next one. */
export type Writer = {
  /** Opens the directory. A failure is reported as a fault and retried. */
  open(): Promise<void>;
  /**
   * Resolves when the record is safely on the disk. Throws Unavailable if the record was not written, and
   * OutcomeUnknown if the disk failed while it was being written.
   */
  append(record: Addressed): Promise<void>;
  /** Closes the current segment, if there is one, as soon as no write to it is in progress. */
  rotate(): void;
  /** Returns why nothing can be written, or null. A fault stays until a write succeeds. */
  fault(): string | null;
  /** Tests the disk if there is a fault. This is necessary because an instance that is not ready gets no events. */
  probe(): Promise<void>;
  /** Returns the current segment, or null. */
  active(): Outline | null;
  /** Returns the destinations of the current segment's records. */
  destinations(): ReadonlySet<string>;
  waitingBytes(): number;
  /** Resolves when no write is in progress, or the disk does not answer. */
  settled(): Promise<void>;
};

type PendingAppend = { record: Addressed; since: number; resolve(): void; reject(error: Unavailable): void };

type State = {
  disk: Disk;
  openDir(): Promise<SpoolDir>;
  /** The directory, null until it is opened. */
  spoolDir: Promise<SpoolDir> | null;
  log: Log;
  limits: WriterLimits;
  active: Active | null;
  /** The number of segments that were begun. It is also the name of the last one. */
  begun: number;
  rotating: boolean;
  waiting: PendingAppend[];
  waitingBytes: number;
  working: Promise<void> | null;
  fault: string | null;
  /** True while the disk has not answered for longer than its deadline. */
  stuck: boolean;
};

/** The maximum size of one write, which takes about ten milliseconds on a slow disk. */
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

const failed = (state: State) => (cause: unknown) => setFault(state, "the disk cannot be written", cause);

function enqueue(state: State, record: Addressed): Promise<void> {
  const { limits, waitingBytes } = state;
  if (state.stuck) return Promise.reject(new Unavailable("the spool's disk does not answer"));
  if (waitingBytes + sizeOf(record) > limits.maxWaitingBytes)
    return Promise.reject(new Unavailable("too many records wait for the spool's disk"));
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

/**
 * Refuses the records that have waited too long. On a slow disk that writes each group in time, a record with many
 * groups before it is late nevertheless.
 */
function refuseLate(state: State): void {
  const latest = performance.now() - state.limits.diskDeadlineMs;
  const inTime = state.waiting.findIndex(({ since }) => since > latest);
  drop(state, state.waiting.splice(0, inTime < 0 ? state.waiting.length : inTime));
}

/** Takes as many records from the head of the queue as fit into one write. */
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
 * Ends the current segment after a failed write or fsync. It is unknown which of its bytes are on the disk. The next
 * fsync of the file may report success although they are not (lwn.net/Articles/752063). Nothing more is therefore
 * written to it. Records that were acknowledged before are kept and sent.
 */
function abandon(state: State): void {
  const { active, disk } = state;
  state.active = null;
  if (!active) return;
  close(active);
  if (active.outline.records > 0) active.spoolDir.segments.push(segmentOf(active.outline));
  else disk.remove(active.outline.path).catch(() => {});
}

/** Refuses all records when the disk has not answered in time. */
function giveUp(state: State, group: PendingAppend[]): void {
  state.stuck = true;
  setFault(state, "the disk does not answer");
  refuse(group, new OutcomeUnknown("the spool's disk does not answer"));
  drop(state, state.waiting.splice(0));
}

/** Refuses records that were not written. */
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

/** Sets or clears the fault. Logs once when it begins and once when it ends. */
function setFault(state: State, fault: string | null, err?: unknown): void {
  const before = state.fault;
  state.fault = fault;
  if (fault && !before)
    state.log.error({ err }, "the spool's disk failed, answering events that need it with 503");
  if (!fault && before) state.log.info("the spool's disk works again");
}
