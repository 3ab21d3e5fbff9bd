import type { DeadLetterAdmin, DeadLetterRetention, DiscardedDeadLetters } from "@teravoz/domain";
import type { Log, Metrics } from "@teravoz/runtime";

/** About as often as a scraper looks. */
const LOOK_EVERY_MS = 15_000;
/** Long enough to look after what a weekend refused, short enough that nothing personal stays for want of care. */
const KEPT_MS = 30 * 86_400_000;

type Deps = {
  deadLetters: Pick<DeadLetterAdmin, "countWaiting"> & DeadLetterRetention;
  /** The bytes that all dead letters may have together. */
  maxBytes: number;
  metrics: Metrics;
  log: Log;
  now?: () => Date;
  everyMs?: number | undefined;
};

/**
 * Keeps the gauge of waiting dead letters, and dead letters within their bounds; returns how to stop it. While the database is away the
 * gauge keeps its last value.
 */
export function watchDeadLetters({ everyMs = LOOK_EVERY_MS, ...deps }: Deps): () => Promise<void> {
  let looking: Promise<void> | null = null;
  const lookOnce = () => {
    looking ??= look(deps).finally(() => {
      looking = null;
    });
  };
  const timer = setInterval(lookOnce, everyMs);
  lookOnce();
  return async () => {
    clearInterval(timer);
    await looking;
  };
}

async function look(deps: Omit<Deps, "everyMs">): Promise<void> {
  const { deadLetters, maxBytes, metrics, log, now = () => new Date() } = deps;
  try {
    report(deps, "age", await deadLetters.discardOld(new Date(now().getTime() - KEPT_MS)));
    report(deps, "bytes", await deadLetters.discardExcess(maxBytes));
    metrics.waitingDeadLetters.set(await deadLetters.countWaiting());
  } catch (err) {
    log.debug({ err }, "dead letters cannot be counted now");
  }
}

function report(
  { metrics, log }: Pick<Deps, "metrics" | "log">,
  reason: "age" | "bytes",
  { waiting, settled }: DiscardedDeadLetters,
): void {
  if (waiting > 0) {
    metrics.discardedDeadLetters.inc({ reason }, waiting);
    log.error({ reason, count: waiting }, "dead letters were deleted that nobody had redriven or dropped");
  }
  if (settled > 0) log.info({ reason, count: settled }, "settled dead letters deleted");
}
