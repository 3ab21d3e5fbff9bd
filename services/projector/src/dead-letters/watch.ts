import type { LetterDesk } from "@teravoz/domain";
import type { Log, Metrics } from "@teravoz/runtime";

/** As often as a scraper looks, about. */
const COUNT_EVERY_MS = 15_000;

/** Keeps the gauge of waiting dead letters; answers how to end it. While the database is away it tells what it last knew. */
export function watchWaiting({
  letters,
  metrics,
  log,
}: {
  letters: Pick<LetterDesk, "countWaiting">;
  metrics: Metrics;
  log: Log;
}): () => Promise<void> {
  const count = async () => {
    try {
      metrics.waitingLetters.set(await letters.countWaiting());
    } catch (err) {
      log.debug({ err }, "waiting dead letters cannot be counted now");
    }
  };
  const timer = setInterval(count, COUNT_EVERY_MS);
  void count();
  return async () => clearInterval(timer);
}
