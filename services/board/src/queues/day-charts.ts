import type { QueueDayReport, SliceNumbers } from "@teravoz/protocol/client";

/** One value of each slice, and the token of tokens.css for its colour. */
export type Line = {
  name: "offered" | "answered" | "abandoned" | "service_level" | "mean_wait_ms" | "p90_wait_ms";
  token: string;
  shape: "bar" | "step" | "line" | "dashes";
  values: (number | null)[];
  /** The upper ends of bars that stand on other bars. */
  tops?: (number | null)[];
};

export type Chart = {
  name: "calls" | "level" | "waits";
  /** The beginning of the day, the beginning of each slice, and the end of the last slice; ms since the epoch. */
  midnight: number;
  begins: number[];
  endsAt: number;
  /** The lines in the order of the legend. They are drawn in reverse, so that the first is in front. */
  lines: Line[];
  /** The promise; null if the queues have different ones. */
  threshold: number | null;
  unit: "count" | "share" | "ms";
};

/** The usual goal of call centres: four calls in five within the promise ("80/20"). We have no setting for it. */
export const USUAL_LEVEL = 0.8;

/** The minimum number of slices, an hour, so that the first call of a day is not a bar as wide as the page. */
const FEWEST = 4;

/** Returns the slices from the first one with a call on: nights are empty. */
export function awake(slices: readonly SliceNumbers[]): SliceNumbers[] {
  const first = slices.findIndex(({ offered, answered, abandoned, overflowed }) =>
    [offered, answered, abandoned, overflowed].some((count) => count > 0),
  );
  return slices.slice(Math.max(0, Math.min(first === -1 ? slices.length : first, slices.length - FEWEST)));
}

/**
 * The three charts of a day. `promisedMs` are the promised waits of the queues: a threshold is drawn only
 * if they are equal.
 */
export function chartsOf({ from, slices, slice_ms }: QueueDayReport, promisedMs: readonly number[]): Chart[] {
  const shown = awake(slices);
  const begins = shown.map(({ from }) => Date.parse(from));
  const time = { midnight: Date.parse(from), begins, endsAt: (begins.at(-1) ?? 0) + slice_ms };
  const of = (name: Line["name"]) => shown.map((slice) => slice[name]);
  const [promised, ...others] = new Set(promisedMs);
  const ended = shown.map(({ answered, abandoned }) => answered + abandoned);
  return [
    {
      ...time,
      name: "calls",
      unit: "count",
      threshold: null,
      lines: [
        { name: "offered", token: "--ink", shape: "step", values: of("offered") },
        { name: "answered", token: "--ongoing", shape: "bar", values: of("answered") },
        { name: "abandoned", token: "--late", shape: "bar", values: of("abandoned"), tops: ended },
      ],
    },
    {
      ...time,
      name: "level",
      unit: "share",
      threshold: USUAL_LEVEL,
      lines: [{ name: "service_level", token: "--accent", shape: "line", values: of("service_level") }],
    },
    {
      ...time,
      name: "waits",
      unit: "ms",
      threshold: others.length === 0 ? (promised ?? null) : null,
      lines: [
        { name: "mean_wait_ms", token: "--accent", shape: "line", values: of("mean_wait_ms") },
        { name: "p90_wait_ms", token: "--standby", shape: "dashes", values: of("p90_wait_ms") },
      ],
    },
  ];
}
