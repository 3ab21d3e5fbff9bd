import { Gauge, type GaugeConfiguration } from "prom-client";

type Labels = Record<string, string | number>;

export type AgeGauge = {
  /**
   * Sets the time since which something has waited, in ms since the epoch. Its age is computed when the metric is read.
   */
  since(labels: Labels, stampMs: number): void;
  /** Sets an age that does not grow, in seconds. */
  set(labels: Labels, seconds: number): void;
  remove(labels: Labels): void;
};

/**
 * Creates a gauge of ages in seconds. An age grows without updates, because no code sets it while nothing makes
 * progress.
 */
export function createAgeGauge(configuration: Omit<GaugeConfiguration<string>, "collect">): AgeGauge {
  const waiting = new Map<string, { labels: Labels; stampMs: number }>();
  const gauge = new Gauge({
    ...configuration,
    collect() {
      // clocks of two machines may differ: an age is never negative
      for (const { labels, stampMs } of waiting.values())
        gauge.set(labels, Math.max(0, Date.now() - stampMs) / 1_000);
    },
  });
  return {
    since: (labels, stampMs) => void waiting.set(JSON.stringify(labels), { labels, stampMs }),
    set: (labels, seconds) => {
      waiting.delete(JSON.stringify(labels));
      gauge.set(labels, seconds);
    },
    remove: (labels) => {
      waiting.delete(JSON.stringify(labels));
      gauge.remove(labels);
    },
  };
}
