import type { DeadLetterAdmin, DeadLetterRetention, DiscardedDeadLetters } from "@teravoz/domain";
import type { Log, Metrics } from "@teravoz/runtime";

/** The time between two checks, about that between two scrapes of the metrics. */
const LOOK_EVERY_MS = 15_000;
/**
 * The time that dead letters are kept: long enough for an operator to handle those of a weekend, short enough that no
 * personal data stays because it was forgotten.
 */
const KEPT_MS = 30 * 86_400_000;

type Deps = {
  deadLetters: Pick<DeadLetterAdmin, "countWaiting"> & DeadLetterRetention;
  /** The most bytes that all dead letters may have together. */
  maxBytes: number;
  metrics: Metrics;
  log: Log;
  now?: () => Date;
  everyMs?: number | undefined;
};

/**
 * Keeps the gauge of waiting dead letters up to date, and dead letters within their limits. Returns a function that
 * stops it. While the database is unavailable the gauge keeps its last value.
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
    log.error(
      { reason, count: waiting },
      "waiting dead letters deleted: no operator had redriven or dropped them",
    );
  }
  if (settled > 0) log.info({ reason, count: settled }, "settled dead letters deleted");
}
