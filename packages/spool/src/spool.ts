import { join } from "node:path";
import { Unavailable } from "@teravoz/domain";
import { type Check, sleep } from "@teravoz/runtime";
import { createDestinations } from "./destinations.ts";
import { disk as realDisk } from "./disk.ts";
import { type Draining, drain } from "./drain.ts";
import { MAX_RECORD_BYTES, type Spooled, sizeOf } from "./record.ts";
import { ASIDE, countOf, isOfRefused, leaveDir, leftIn } from "./segments.ts";
import { adoptDirs, openSpoolDir } from "./spool-dirs.ts";
import { createWriter, type Writer, type WriterLimits } from "./writer.ts";

export type SpoolLimits = WriterLimits & {
  /** The interval between two tries to send, in ms. */
  tickMs: number;
  /** The interval between two searches for directories of ended processes, in ms. */
  adoptMs: number;
  /** The time for which a stop continues to send, in ms. */
  drainAtStopMs: number;
  /** The pause between two tries of permanently refused records, in ms. */
  refusedRetryMs: number;
};

export type Depth = {
  /** The number of records that wait to be sent. */
  records: number;
  /** The size of all files, including those that are set aside, and of the records that wait to be written. */
  bytes: number;
  /** The age of the oldest waiting record, 0 if there is none. */
  oldestSeconds: number;
};

export type Aside = {
  /** The number of permanently refused records that are set aside. */
  refused: number;
  /** The size of the files that could not be read completely and are set aside, by this process or an earlier one. */
  damagedBytes: number;
};

/** Keeps records on the disk until they can be sent. */
export type Spool = {
  /** Resolves when the record is safely on the disk. Throws Unavailable if there is no room or the disk fails. */
  append(record: Spooled): Promise<void>;
  depth(): Depth;
  /** Returns the counts of records and files that are set aside. */
  aside(): Aside;
  /** Ok while records are accepted. The reason says how many wait. */
  check(): Check;
  /**
   * Fails, tolerated, if a destination is blocked, records have waited too long, or something is set aside. An
   * operator must then check it.
   */
  backlog(): Check;
  /** Sends the remaining records for at most `drainAtStopMs` and releases the directory. Throws if records remain. */
  stop(): Promise<void>;
};

type OwnParts = "dirs" | "disk" | "destinationOf" | "destinations" | "refusedRetryMs" | "damagedBytes";

export type SpoolOptions = Omit<Draining, OwnParts> & {
  /** The directory, which must exist. Several instances may share it. */
  root: string;
  /** The size beyond which no record is accepted. Adopted files and files that are set aside count too. */
  maxBytes: number;
  /** Returns whether sending may succeed now. */
  canSend(): boolean;
  disk?: Draining["disk"];
  /** Default: all records have the same destination. */
  destinationOf?: Draining["destinationOf"];
  limits?: Partial<SpoolLimits>;
};

const DEFAULT_LIMITS: SpoolLimits = {
  // a segment is read into memory to be sent; a gigabyte is about a hundred files
  segmentBytes: 8 * 1024 * 1024,
  // as large as the publisher's queue, all of which comes at once when the publisher fails
  maxWaitingBytes: 64 * 1024 * 1024,
  // the same time that the brokers may take
  diskDeadlineMs: 5_000,
  tickMs: 500,
  // a search lists a directory and tries each lock, which costs little, and the records of a dead instance are already
  // late
  adoptMs: 10_000,
  // half of the time in which a service must stop: open requests need the rest before it, and the publisher after it
  drainAtStopMs: 5_000,
  // an operator changes the setting of Kafka that refuses them, and may restart the service to retry at once
  refusedRetryMs: 600_000,
};

/** The age above which waiting records are reported, as in the alert on the spool's age. */
const OLD_SECONDS = 300;

type State = Draining & {
  options: SpoolOptions;
  limits: SpoolLimits;
  writer: Writer;
  adoptedAt: number;
  /** True if records were accepted since the spool was last empty. */
  holding: boolean;
  stopping: AbortController;
  stopUntil: number;
};

/**
 * Opens a spool with its own directory under the root. It sends records, and adopts the directories of ended processes,
 * in the background. If the directory cannot be created (for example on a full disk), `check` reports it, and existing
 * records are still sent.
 */
export async function openSpool(options: SpoolOptions): Promise<Spool> {
  const { disk = realDisk, root, log } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const openDir = async () => {
    const own = await openSpoolDir({ disk, root });
    state.dirs.push(own);
    return own;
  };
  const state: State = {
    ...options,
    options,
    disk,
    limits,
    dirs: [],
    destinations: createDestinations(),
    destinationOf: options.destinationOf ?? (() => "all"),
    refusedRetryMs: limits.refusedRetryMs,
    writer: createWriter({ disk, openDir, log, limits }),
    adoptedAt: Number.NEGATIVE_INFINITY,
    damagedBytes: await sizeOfDamaged({ disk, root }),
    holding: false,
    stopping: new AbortController(),
    stopUntil: Number.POSITIVE_INFINITY,
  };
  await state.writer.open();
  const meter = setInterval(() => measure(state), limits.tickMs);
  const running = run(state);
  return {
    append: (record) => append(state, record),
    depth: () => depthOf(state),
    aside: () => asideOf(state),
    check: () => check(state),
    backlog: () => backlog(state),
    stop: () => stop(state, running).finally(() => clearInterval(meter)),
  };
}

function append(state: State, record: Spooled): Promise<void> {
  if (state.stopping.signal.aborted) return Promise.reject(new Unavailable("the spool is stopping"));
  if (bytesOf(state) + sizeOf(record) > state.options.maxBytes)
    return Promise.reject(new Unavailable("the spool is full"));
  if (!state.holding) state.log.warn("spool: events are stored on the disk until the brokers accept them");
  state.holding = true;
  return state.writer.append({ ...record, destination: state.destinationOf(record) });
}

async function run(state: State): Promise<void> {
  const { signal } = state.stopping;
  while (!signal.aborted) {
    await turn(state).catch((err) =>
      state.log.error({ err }, "spool: the stored records cannot be sent, retrying"),
    );
    await sleep(state.limits.tickMs, { signal });
  }
}

async function turn(state: State): Promise<void> {
  await state.writer.probe();
  if (performance.now() - state.adoptedAt >= state.limits.adoptMs) await adopt(state);
  await sendAll(state);
  if (!state.holding || depthOf(state).records > 0) return;
  state.holding = false;
  state.log.info("spool: all stored records are sent");
}

async function adopt(state: State): Promise<void> {
  state.adoptedAt = performance.now();
  state.damagedBytes = await sizeOfDamaged(state);
  const held = new Set(state.dirs.map(({ dir }) => dir));
  for await (const spoolDir of adoptDirs({ ...state, held })) {
    const records = spoolDir.segments.reduce((sum, segment) => sum + segment.records, 0);
    if (records > 0)
      state.log.info({ path: spoolDir.dir, records }, "spool: adopted the records of an ended process");
    if (spoolDir.segments.length === 0) await leaveDir(state.disk, spoolDir);
    else state.dirs.push(spoolDir);
  }
}

/** Returns the size of the damaged files. An operator may remove files meanwhile. */
async function sizeOfDamaged({ disk, root }: Pick<State, "disk" | "root">): Promise<number> {
  const dir = join(root, ASIDE);
  const names = await disk.list(dir).catch(() => []);
  const sizes = await Promise.all(names.map((name) => disk.size(join(dir, name)).catch(() => 0)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/**
 * Sends all records that can be sent. The segment that is being written comes last. It is closed first if one of its
 * records can be sent.
 */
async function sendAll(state: State): Promise<void> {
  const { destinations, writer, options } = state;
  if (bytesOf(state) === 0 || !options.canSend()) return;
  const isWanted = () => performance.now() < state.stopUntil;
  destinations.probe(state);
  await drain(state, isWanted);
  if ([...writer.destinations()].some(destinations.isOpen)) {
    writer.rotate();
    await drain(state, isWanted);
  }
}

async function stop(state: State, running: Promise<void>): Promise<void> {
  state.stopUntil = performance.now() + state.limits.drainAtStopMs;
  state.stopping.abort();
  await running;
  await state.writer.settled();
  await sendAll(state);
  measure(state);
  const { records, bytes } = depthOf(state);
  const { refused } = asideOf(state);
  for (const spoolDir of state.dirs) await leaveDir(state.disk, spoolDir);
  if (records + refused === 0) return;
  state.log.error(
    { records, refused, bytes },
    "spool not empty: keep its directory, another process must send the records",
  );
  throw new Error("spool not empty");
}

const segmentsOf = ({ dirs }: State) => dirs.flatMap(({ segments }) => segments);

/**
 * Returns the size of the spool. Files that are set aside count too: none is removed without an operator, and the size
 * of the directory is bounded.
 */
const bytesOf = (state: State) =>
  segmentsOf(state).reduce((sum, { bytes }) => sum + bytes, state.damagedBytes) +
  (state.writer.active()?.bytes ?? 0) +
  state.writer.waitingBytes();

function depthOf(state: State): Depth {
  const active = state.writer.active();
  const waiting = segmentsOf(state).filter((segment) => !isOfRefused(segment));
  const records = waiting.reduce((sum, segment) => sum + leftIn(segment), active?.records ?? 0);
  const now = Date.now();
  const stamps = waiting.filter((segment) => leftIn(segment) > 0).map(({ oldest }) => oldest);
  const oldest = Math.min(now, ...stamps, active?.oldest ?? now);
  return { records, bytes: bytesOf(state), oldestSeconds: (now - oldest) / 1_000 };
}

/**
 * Returns the counts of records and files that are set aside. Refused records count even before they are in a separate
 * file.
 */
const asideOf = (state: State): Aside => ({
  refused: segmentsOf(state).reduce(
    (sum, segment) => sum + countOf(segment.refused) + (isOfRefused(segment) ? leftIn(segment) : 0),
    0,
  ),
  damagedBytes: state.damagedBytes,
});

function check(state: State): Check {
  const { records, bytes, oldestSeconds } = depthOf(state);
  const { damagedBytes } = state;
  const aside = damagedBytes > 0 ? `, ${damagedBytes} of them in ${ASIDE}/` : "";
  const depth = `${records} records wait, ${bytes} bytes${aside}, the oldest for ${Math.round(oldestSeconds)} s`;
  const fault = state.writer.fault();
  if (fault) return { ok: false, reason: `${fault}; ${depth}` };
  if (bytes + MAX_RECORD_BYTES > state.options.maxBytes) return { ok: false, reason: `full: ${depth}` };
  const stuck = segmentsOf(state).filter((segment) => segment.stuck).length;
  if (stuck > 0) return { ok: true, reason: `${stuck} files cannot be read or removed; ${depth}` };
  return records > 0 ? { ok: true, reason: depth } : { ok: true };
}

function backlog(state: State): Check {
  const { records, oldestSeconds } = depthOf(state);
  const { refused, damagedBytes } = asideOf(state);
  const [blocked, ...others] = state.destinations.blocked();
  const more = others.length > 0 ? ` (and ${others.length} more)` : "";
  const reasons = [
    ...(blocked ? [`${blocked} accepts no records${more}`] : []),
    ...(oldestSeconds > OLD_SECONDS
      ? [`${records} records wait, the oldest for ${Math.round(oldestSeconds)} s`]
      : []),
    ...(refused > 0 ? [`${refused} records are refused by Kafka and set aside`] : []),
    ...(damagedBytes > 0 ? [`${damagedBytes} bytes in ${ASIDE}/ could not be read`] : []),
  ];
  return reasons.length > 0 ? { ok: false, tolerated: true, reason: reasons.join("; ") } : { ok: true };
}

function measure(state: State): void {
  const { metrics } = state;
  const { records, bytes, oldestSeconds } = depthOf(state);
  const { refused, damagedBytes } = asideOf(state);
  metrics.spoolRecords.set(records);
  metrics.spoolBytes.set(bytes);
  metrics.spoolOldestSeconds.set(oldestSeconds);
  metrics.spoolRefused.set(refused);
  metrics.spoolDamagedBytes.set(damagedBytes);
}
