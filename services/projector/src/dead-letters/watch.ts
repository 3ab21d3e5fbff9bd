import type { LetterDesk } from "@teravoz/domain";
import type { Log, Metrics } from "@teravoz/runtime";

/** As often as a scraper looks, about. */
const COUNT_EVERY_MS = 15_000;

/** Keeps the gauge of waiting dead letters; returns how to stop it. While the database is away the gauge keeps its last value. */
export function watchWaiting({
  letters,
  metrics,
  log,
  everyMs = COUNT_EVERY_MS,
}: {
  letters: Pick<LetterDesk, "countWaiting">;
  metrics: Metrics;
  log: Log;
  everyMs?: number | undefined;
}): () => Promise<void> {
  const count = async () => {
    try {
      metrics.waitingLetters.set(await letters.countWaiting());
    } catch (err) {
      log.debug({ err }, "waiting dead letters cannot be counted now");
    }
  };
  const timer = setInterval(count, everyMs);
  void count();
  return async () => clearInterval(timer);
}
