import type { Check, Log } from "@teravoz/runtime";
import type { Clock } from "../commands/throttle.ts";
import type { Gateway } from "../gateway.ts";
import type { Feed } from "./feed.ts";

/** The partition of the notices topic that has been silent for the longest time. See Follower.silence. */
type Silence = { partition: number | null; ms: number };

/** The readiness that instances of realtime share without Kafka. */
export type Readiness = {
  /** Announces that this instance is ready now. Throws Unavailable. */
  announce(): Promise<void>;
  /** Returns whether another instance has announced itself within `withinMs`. Throws Unavailable. */
  isAnotherReady(withinMs: number): Promise<boolean>;
};

export type CutOffLimits = {
  /**
   * A leader that answers no fetch for this time counts as unavailable. A leader answers every quarter of a second,
   * with or without records.
   */
  staleMs: number;
  /**
   * The time after which sockets are closed. Most leaders are back by then; after that, clients are better off at
   * another instance.
   */
  closeMs: number;
  /** The time over which the sockets are closed, so that their reconnects to other instances are spread. */
  spreadMs: number;
  /** The time between two comparisons with the store while notices arrive, and while they do not. */
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

/** The time between two checks of the silence. */
const LOOK_MS = 250;
/** The time between two announcements of a ready instance. */
const ANNOUNCE_MS = 5_000;
/** The time for which an announcement counts: two later ones may be late or lost. */
const ANNOUNCED_MS = 3 * ANNOUNCE_MS;

type Deps = {
  silence: () => Silence;
  /**
   * True if notices are read from a known position on. The silence alone does not show this while the consumer joins
   * its group.
   */
  isFollowing: () => boolean;
  feed: Pick<Feed, "reconcile">;
  gateway: Pick<Gateway, "stale" | "fresh" | "closeGradually">;
  readiness: Readiness;
  /** Returns whether all checks of this instance are ok. */
  isReady: () => Promise<boolean>;
  clock: Clock;
  /** Milliseconds since the epoch. */
  now: () => number;
  log: Log;
  limits?: Partial<CutOffLimits>;
};

type State = Omit<Deps, "limits"> & {
  limits: CutOffLimits;
  /** Null while notices arrive. */
  cutOff: CutOffPeriod | null;
  comparing: boolean;
  comparedAt: number;
  stopped: boolean;
};

/** A period without notices. `found` counts the changes that the store had and no notice named. */
type CutOffPeriod = { since: number; found: number; cancelClosing: (() => void) | null };

export type CutOff = {
  check(): Check;
  stop(): void;
};

/**
 * Detects whether notices reach this instance, and reacts. While none can arrive, every socket is notified that its
 * board is stale, and comparisons with the store keep the boards correct. It also compares periodically while notices
 * arrive, to find lost ones.
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
  return { ok: false, reason: `cut off: no fetch of notices was answered${where} for ${seconds} s` };
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
  state.log.warn({ partition: state.silence().partition }, "cut off: fetches of notices are not answered");
  state.gateway.stale(since);
  // compare at once
  state.comparedAt = Number.NEGATIVE_INFINITY;
}

/** Compares the boards with the store. Only one comparison runs at a time, however long the database takes. */
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
  // the boards now show the changes between the last notice and this comparison
  if (wasFollowing && state.silence().ms <= state.limits.staleMs) end(state, period);
  else await closeIfBetterElsewhere(state, period);
}

function end(state: State, { since, cancelClosing }: CutOffPeriod): void {
  cancelClosing?.();
  state.cutOff = null;
  state.log.info({ seconds: Math.round((state.now() - since) / 1_000) }, "notices arrive again");
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

/**
 * Announces this instance if it is ready. Errors are ignored: the database has its own check, and a missing
 * announcement only keeps sockets open.
 */
async function announce({ isReady, readiness }: State): Promise<void> {
  if (await isReady()) await readiness.announce().catch(() => {});
}
