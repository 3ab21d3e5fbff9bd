import type { Check, Log } from "@teravoz/runtime";
import type { Feed } from "./feed.ts";
import type { Gateway } from "./gateway.ts";
import type { Clock } from "./throttle.ts";

/** Which partition of the notices' topic has been silent for the longest time; see Follower.silence. */
type Silence = { partition: number | null; ms: number };

/** What instances of realtime know of each other without Kafka. */
export type Readiness = {
  /** This instance is ready now. Throws Unavailable. */
  announce(): Promise<void>;
  /** Whether another instance has announced itself within `withinMs`. Throws Unavailable. */
  isAnotherReady(withinMs: number): Promise<boolean>;
};

export type CutOffLimits = {
  /** A leader that answers no fetch for this time is away: it answers every quarter of a second, with or without records. */
  staleMs: number;
  /** Most leaders are back by then: after that the clients are better off at another instance. */
  closeMs: number;
  /** Sockets that are closed come back elsewhere over this time. */
  spreadMs: number;
  /** Comparisons with the store while notices come, and while they do not. */
  reconcileMs: number;
  cutOffReconcileMs: number;
};

export const CUT_OFF_LIMITS: CutOffLimits = {
  staleMs: 5_000,
  closeMs: 15_000,
  spreadMs: 5_000,
  reconcileMs: 30_000,
  cutOffReconcileMs: 5_000,
};

/** How often the silence is looked at. */
const LOOK_MS = 250;
/** An instance announces itself this often while it is ready. */
const ANNOUNCE_MS = 5_000;
/** Two announcements may be late or lost. */
const ANNOUNCED_MS = 3 * ANNOUNCE_MS;

type Deps = {
  silence: () => Silence;
  /** Notices are read, from a known place on; the silence alone does not say so while the consumer joins its group. */
  isFollowing: () => boolean;
  feed: Pick<Feed, "reconcile">;
  gateway: Pick<Gateway, "stale" | "fresh" | "closeGradually">;
  readiness: Readiness;
  /** Whether all checks of this instance are ok. */
  isReady: () => Promise<boolean>;
  clock: Clock;
  /** Milliseconds since the epoch. */
  now: () => number;
  log: Log;
  limits?: Partial<CutOffLimits>;
};

type State = Omit<Deps, "limits"> & {
  limits: CutOffLimits;
  /** Null while notices come. */
  cutOff: CutOffPeriod | null;
  comparing: boolean;
  comparedAt: number;
  stopped: boolean;
};

/** `found`: changes that the store had and no notice named. */
type CutOffPeriod = { since: number; found: number; cancelClosing: (() => void) | null };

export type CutOff = {
  check(): Check;
  stop(): void;
};

/**
 * Judges whether notices reach this instance, and acts on it: while none can come, every socket knows that its board is stale, and the
 * boards are kept right by comparing with the store. It also compares now and then while notices come, which finds lost ones.
 */
export function createCutOff({ limits, ...deps }: Deps): CutOff {
  const state: State = {
    ...deps,
    limits: { ...CUT_OFF_LIMITS, ...limits },
    cutOff: null,
    comparing: false,
    comparedAt: deps.clock.now(),
    stopped: false,
  };
  const every = (ms: number, run: () => void) => {
    const next = () => {
      run();
      cancels.set(ms, state.clock.after(ms, next));
    };
    cancels.set(ms, state.clock.after(ms, next));
  };
  const cancels = new Map<number, () => void>();
  every(LOOK_MS, () => look(state));
  every(ANNOUNCE_MS, () => void announce(state));
  return {
    check: () => checkOf(state),
    stop() {
      state.stopped = true;
      state.cutOff?.cancelClosing?.();
      for (const cancel of cancels.values()) cancel();
    },
  };
}

function checkOf({ cutOff, now, silence }: State): Check {
  if (cutOff === null) return { ok: true };
  const { partition } = silence();
  const seconds = Math.round((now() - cutOff.since) / 1_000);
  const where = partition === null ? "" : ` from the leader of partition ${partition}`;
  return { ok: false, reason: `cut off: no fetch of notices was answered${where}, for ${seconds} s` };
}

function look(state: State): void {
  const { limits, clock } = state;
  const { ms } = state.silence();
  if (state.cutOff === null && ms > limits.staleMs) cutOff(state, ms);
  const isOver = state.cutOff !== null && ms <= limits.staleMs && state.isFollowing();
  const everyMs = state.cutOff ? limits.cutOffReconcileMs : limits.reconcileMs;
  if (isOver || clock.now() - state.comparedAt >= everyMs) void compare(state);
}

function cutOff(state: State, silentMs: number): void {
  const since = state.now() - silentMs;
  state.cutOff = { since, found: 0, cancelClosing: null };
  state.log.warn({ partition: state.silence().partition }, "cut off: no fetch of notices is answered");
  state.gateway.stale(since);
  // at once
  state.comparedAt = Number.NEGATIVE_INFINITY;
}

/** One at a time, however long the database takes. */
async function compare(state: State): Promise<void> {
  if (state.comparing) return;
  state.comparing = true;
  const { cutOff: period } = state;
  const wasFollowing = state.isFollowing() && state.silence().ms <= state.limits.staleMs;
  const found = await state.feed.reconcile(period === null);
  state.comparedAt = state.clock.now();
  state.comparing = false;
  if (period === null || state.stopped) return;
  period.found += found;
  // what came between the last notice and this comparison is on the boards now
  if (wasFollowing && state.silence().ms <= state.limits.staleMs) end(state, period);
  else await closeIfBetterElsewhere(state, period);
}

function end(state: State, { since, cancelClosing }: CutOffPeriod): void {
  cancelClosing?.();
  state.cutOff = null;
  state.log.info({ seconds: Math.round((state.now() - since) / 1_000) }, "notices come again");
  state.gateway.fresh();
}

async function closeIfBetterElsewhere(state: State, period: CutOffPeriod): Promise<void> {
  const { limits, gateway, log, readiness } = state;
  if (period.cancelClosing || period.found === 0 || state.now() - period.since < limits.closeMs) return;
  const isBetter = await readiness.isAnotherReady(ANNOUNCED_MS).catch(() => false);
  if (!isBetter || state.stopped || state.cutOff !== period) return;
  log.warn("still cut off, and another instance is ready: closing the sockets");
  period.cancelClosing = gateway.closeGradually(limits.spreadMs);
}

/** A database that is away is said by its own check, and an announcement that is missing only keeps sockets open. */
async function announce({ isReady, readiness }: State): Promise<void> {
  if (await isReady()) await readiness.announce().catch(() => {});
}
