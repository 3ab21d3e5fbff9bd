import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { Chart, Line } from "./day-charts.ts";

/** A drawn chart. This file is loaded with its library when the first chart is opened. */
export type Plot = {
  update(chart: Chart): void;
  /** Call this after the colours of tokens.css have changed. */
  recolour(): void;
  destroy(): void;
};

export type PlotOptions = {
  chart: Chart;
  /** `10:15`; takes ms since the epoch. */
  formatTime(ms: number): string;
  formatValue(value: number): string;
  /** Called with the slice that the pointer is on, in all charts; null after the pointer left. */
  onHover(slice: number | null): void;
};

const HEIGHT = 176;
const FONT = "12px system-ui, sans-serif";
const THRESHOLD = "--near";
/** The charts of a page share one pointer. */
const SYNC = "day";

/** The steps of an axis, in numbers that are easy to read. */
const STEPS: Record<Chart["unit"], number[]> = {
  count: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 100_000],
  share: [0.25],
  ms: [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400].map((seconds) => seconds * 1_000),
};
/** The smallest range of an axis, so that small values do not fill it. */
const LEAST: Record<Chart["unit"], number> = { count: 4, share: 1, ms: 30_000 };
const HOURS_MS = [0.25, 0.5, 1, 2, 3, 4, 6].map((hours) => hours * 3_600_000);

/** Draws a chart that is as wide as `host` and follows its width. */
export function createPlot(host: HTMLElement, options: PlotOptions): Plot {
  let { chart } = options;
  const colours = readColours(host);
  const plot = new uPlot(
    describe(options, () => chart, colours, host.clientWidth),
    dataOf(chart),
    host,
  );
  const resized = new ResizeObserver(() => plot.setSize({ width: host.clientWidth, height: HEIGHT }));
  resized.observe(host);
  return {
    update(next) {
      chart = next;
      plot.setData(dataOf(next));
    },
    recolour() {
      colours.forget();
      plot.redraw();
    },
    destroy() {
      resized.disconnect();
      plot.destroy();
    },
  };
}

const dataOf = ({ begins, lines, threshold }: Chart): uPlot.AlignedData => [
  begins,
  ...lines.map(({ values, tops }) => tops ?? values).reverse(),
  begins.map(() => threshold),
];

type Colours = { of(token: string): string; forget(): void };

/**
 * Reads the colours of tokens. A token may be `light-dark(…)`, which a canvas does not understand: the browser
 * computes the colour of a text instead.
 */
function readColours(host: HTMLElement): Colours {
  const known = new Map<string, string>();
  const read = (token: string) => {
    host.style.color = `var(${token})`;
    const colour = getComputedStyle(host).color;
    host.style.color = "";
    known.set(token, colour);
    return colour;
  };
  return { of: (token) => known.get(token) ?? read(token), forget: () => known.clear() };
}

function describe(
  { chart, formatTime, formatValue, onHover }: PlotOptions,
  current: () => Chart,
  colours: Colours,
  width: number,
): uPlot.Options {
  const axis = { stroke: () => colours.of("--ink-soft"), font: FONT, ticks: { show: false } };
  const grid = { stroke: () => colours.of("--line"), width: 1 };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, drag: { x: false, y: false }, sync: { key: SYNC }, points: { size: 6 } },
    scales: {
      x: { time: false, range: () => [current().begins[0] ?? 0, current().endsAt] },
      y: { range: (_plot, _min, max) => [0, topOf(current(), max)] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        incrs: HOURS_MS,
        space: 56,
        size: 30,
        splits: (_plot, _axis, from, to, step) => timesBetween(current().midnight, from, to, step),
        values: (_plot, times) => times.map(formatTime),
      },
      { ...axis, grid, size: 48, incrs: STEPS[chart.unit], values: (_plot, all) => all.map(formatValue) },
    ],
    series: [{}, ...chart.lines.map((line) => seriesOf(line, colours)).reverse(), thresholdOf(colours)],
    hooks: { setCursor: [({ cursor }) => onHover(cursor.idx ?? null)] },
  };
}

/** The upper end of an axis: a tenth above the highest value or the threshold, so that both are visible. */
const topOf = ({ unit, threshold }: Chart, max: number | null): number =>
  unit === "share" ? 1 : Math.max(LEAST[unit], (threshold ?? 0) * 1.1, (max ?? 0) * 1.1);

/** Steps count from midnight, because whole hours of some zones are not whole hours of UTC. */
function timesBetween(midnight: number, from: number, to: number, step: number): number[] {
  const first = midnight + Math.ceil((from - midnight) / step) * step;
  return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, n) => first + n * step);
}

const SHAPES: Record<Line["shape"], Partial<uPlot.Series>> = {
  bar: { paths: uPlot.paths.bars!({ align: 1, size: [0.86, 40] }), points: { show: false }, width: 0 },
  step: { paths: uPlot.paths.stepped!({ align: 1 }), points: { show: false }, width: 1.5 },
  line: { width: 2, points: { size: 5 } },
  dashes: { width: 2, dash: [6, 4], points: { size: 5 } },
};

function seriesOf({ shape, token }: Line, colours: Colours): uPlot.Series {
  const colour = () => colours.of(token);
  return { ...SHAPES[shape], stroke: colour, ...(shape === "bar" ? { fill: colour } : {}) };
}

const thresholdOf = (colours: Colours): uPlot.Series => ({
  width: 1.5,
  dash: [2, 4],
  points: { show: false },
  stroke: () => colours.of(THRESHOLD),
});
