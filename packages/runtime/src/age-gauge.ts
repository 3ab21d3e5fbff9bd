import { Gauge, type GaugeConfiguration } from "prom-client";

type Labels = Record<string, string | number>;

export type AgeGauge = {
  /** Something has waited since then (ms since the epoch): its age is that of the moment the metric is read. */
  since(labels: Labels, stampMs: number): void;
  /** An age that does not grow, in seconds. */
  set(labels: Labels, seconds: number): void;
  remove(labels: Labels): void;
};

/** A gauge of ages in seconds. What stands still grows older, for nobody sets a figure while nothing moves. */
export function createAgeGauge(configuration: Omit<GaugeConfiguration<string>, "collect">): AgeGauge {
  const waiting = new Map<string, { labels: Labels; stampMs: number }>();
  const gauge = new Gauge({
    ...configuration,
    collect() {
      // clocks of two machines differ: nothing is younger than now
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
