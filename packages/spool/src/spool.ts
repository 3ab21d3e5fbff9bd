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
  /** Between two looks at whether something can be sent. */
  tickMs: number;
  /** Between two looks for what ended processes have left behind. */
  adoptMs: number;
  /** So long a stop goes on sending. */
  drainAtStopMs: number;
  /** Between two tries of what was refused for good. */
  refusedRetryMs: number;
};

export type Depth = {
  /** What waits to be sent. */
  records: number;
  /** Of all files, those that are kept aside too, and what waits to be written. */
  bytes: number;
  /** Age of the oldest record that waits; 0 where there is none. */
  oldestSeconds: number;
};

export type Aside = {
  /** Records that were refused for good and are kept aside. */
  refused: number;
  /** Of the files that could not be read whole and are kept aside, whichever process left them. */
  damagedBytes: number;
};

/** Keeps records on the disk until they can be sent. */
export type Spool = {
  /** Resolves when the record is on the disk for good; throws Unavailable where there is no room, or the disk does not take it. */
  append(record: Spooled): Promise<void>;
  depth(): Depth;
  /** What is kept aside. */
  aside(): Aside;
  /** Ok while records are taken; the reason says how many wait. */
  check(): Check;
  /** Tolerated, with the reason, where something has waited for long or is kept aside: a person must look. */
  backlog(): Check;
  /** Sends what is left, as long as that goes, and lets go of the directory; throws where something stays. */
  stop(): Promise<void>;
};

type OwnParts = "dirs" | "disk" | "destinationOf" | "destinations" | "refusedRetryMs" | "damagedBytes";

export type SpoolOptions = Omit<Draining, OwnParts> & {
  /** Directory that several instances may share; it must exist. */
  root: string;
  /** Beyond it nothing is taken; what was adopted and what is kept aside counts too. */
  maxBytes: number;
  /** Whether it is worth trying to send. */
  canSend(): boolean;
  disk?: Draining["disk"];
  /** Default: all go to one. */
  destinationOf?: Draining["destinationOf"];
  limits?: Partial<SpoolLimits>;
};

const DEFAULT_LIMITS: SpoolLimits = {
  // read whole when it is sent: what one costs in memory; a gigabyte is some hundred files
  segmentBytes: 8 * 1024 * 1024,
  // as the publisher's queue: when it is given up, all of it comes at once
  maxWaitingBytes: 64 * 1024 * 1024,
  // as long as the brokers may take
  diskDeadlineMs: 5_000,
  tickMs: 500,
  // a listing and a try at each lock: nothing; and what a dead instance has left is late already
  adoptMs: 10_000,
  // half of the time a service has to stop: the rest is for requests before it and the publisher after it
  drainAtStopMs: 5_000,
  // a setting of Kafka is changed by hand: whoever cannot wait starts the service again
  refusedRetryMs: 600_000,
};

/** As the alert on the spool's age has it. */
const OLD_SECONDS = 300;

type State = Draining & {
  options: SpoolOptions;
  limits: SpoolLimits;
  writer: Writer;
  adoptedAt: number;
  /** Records were taken since it was empty last. */
  holding: boolean;
  stopping: AbortController;
  stopUntil: number;
};

/**
 * Takes a directory of its own under the root; sends, and adopts what others left behind, in the background. A disk that does not let
 * it (a full one) is a fault like any other: what lies there is sent all the same.
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
  if (!state.holding) state.log.warn("spool: events are kept on the disk until the brokers take them");
  state.holding = true;
  return state.writer.append({ ...record, destination: state.destinationOf(record) });
}

async function run(state: State): Promise<void> {
  const { signal } = state.stopping;
  while (!signal.aborted) {
    await turn(state).catch((err) => state.log.error({ err }, "spool: what it holds cannot be sent now"));
    await sleep(state.limits.tickMs, { signal });
  }
}

async function turn(state: State): Promise<void> {
  await state.writer.probe();
  if (performance.now() - state.adoptedAt >= state.limits.adoptMs) await adopt(state);
  await sendAll(state);
  if (!state.holding || depthOf(state).records > 0) return;
  state.holding = false;
  state.log.info("spool: all that was kept is sent");
}

async function adopt(state: State): Promise<void> {
  state.adoptedAt = performance.now();
  state.damagedBytes = await sizeOfDamaged(state);
  const held = new Set(state.dirs.map(({ dir }) => dir));
  for await (const spoolDir of adoptDirs({ ...state, held })) {
    const records = spoolDir.segments.reduce((sum, segment) => sum + segment.records, 0);
    if (records > 0)
      state.log.info({ path: spoolDir.dir, records }, "spool: took over what an ended process has left");
    if (spoolDir.segments.length === 0) await leaveDir(state.disk, spoolDir);
    else state.dirs.push(spoolDir);
  }
}

/** A person may take files away meanwhile. */
async function sizeOfDamaged({ disk, root }: Pick<State, "disk" | "root">): Promise<number> {
  const dir = join(root, ASIDE);
  const names = await disk.list(dir).catch(() => []);
  const sizes = await Promise.all(names.map((name) => disk.size(join(dir, name)).catch(() => 0)));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** The segment that is being written comes last: it is closed if anything in it can be sent. */
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
  state.log.error({ records, refused, bytes }, "spool not empty: its directory must outlive this process");
  throw new Error("spool not empty");
}

const segmentsOf = ({ dirs }: State) => dirs.flatMap(({ segments }) => segments);

/** What is kept aside counts too: nothing is removed unseen, and the directory has a bound. */
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

/** Records that wait for their segment to go are counted already. */
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
    ...(blocked ? [`${blocked} takes no records${more}`] : []),
    ...(oldestSeconds > OLD_SECONDS
      ? [`${records} records wait, the oldest for ${Math.round(oldestSeconds)} s`]
      : []),
    ...(refused > 0 ? [`${refused} records are refused by Kafka and kept aside`] : []),
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
