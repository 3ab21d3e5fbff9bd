import { signal, useSignal, useSignalEffect } from "@preact/signals";
import type { QueueDayReport, QueueNumbers } from "@teravoz/protocol/client";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { Scrolled } from "../base/elements/scrolled.tsx";
import { formatMean, formatShare } from "../base/format.ts";
import { language } from "../base/language.ts";
import { theme } from "../base/preferences.ts";
import { formatHour } from "../base/times.ts";
import { tv } from "../tv/tv.ts";
import { words } from "../words.ts";
import { type Chart, chartsOf, type Line } from "./day-charts.ts";
import type { Plot } from "./plot.ts";
import { queuesWords } from "./words.ts";

/** The slice that the pointer is on; null = none. */
const hovered = signal<number | null>(null);

/** The drawing code is loaded with the first chart, not with the page. */
const drawing = signal<typeof import("./plot.ts") | "loading" | "failed">("loading");
let isAsked = false;
function loadPlot(): void {
  if (isAsked) return;
  isAsked = true;
  import("./plot.ts").then(
    (module) => {
      drawing.value = module;
    },
    () => {
      drawing.value = "failed";
    },
  );
}

const count = new Intl.NumberFormat(language);
const FORMATS: Record<Chart["unit"], (value: number | null) => string> = {
  count: (value) => (value === null ? "–" : count.format(value)),
  share: formatShare,
  ms: formatMean,
};

/**
 * The day of one queue or of all queues, in slices of 15 minutes. `numbers` are those of the whole day,
 * shown while the pointer is on no slice.
 */
export function QueueCharts(props: {
  day: QueueDayReport;
  numbers: QueueNumbers;
  promisedMs: readonly number[];
}) {
  const { day, numbers, promisedMs } = props;
  const charts = useMemo(() => chartsOf(day, promisedMs), [day, promisedMs.join()]);
  useEffect(loadPlot, []);
  return (
    <>
      <p class="soft pointed">
        <Pointed begins={charts[0]!.begins} sliceMs={day.slice_ms} />
      </p>
      <div class="charts">
        {charts.map((chart) => (
          <Figure key={chart.name} chart={chart} numbers={numbers} />
        ))}
      </div>
    </>
  );
}

function Pointed({ begins, sliceMs }: { begins: readonly number[]; sliceMs: number }) {
  const begin = hovered.value === null ? undefined : begins[hovered.value];
  return begin === undefined ? queuesWords.wholeDay : `${formatHour(begin)} – ${formatHour(begin + sliceMs)}`;
}

function Figure({ chart, numbers }: { chart: Chart; numbers: QueueNumbers }) {
  const { titles, tips, threshold } = queuesWords;
  const format = FORMATS[chart.unit];
  return (
    <figure class={`chart ${chart.name}`}>
      <figcaption title={tips[chart.name]}>{titles[chart.name]}</figcaption>
      <ul class="legend">
        {chart.lines.map((line) => (
          <li key={line.name} class={`${line.name} ${line.shape}`}>
            {queuesWords.lines[line.name]}{" "}
            <b>
              <Value line={line} whole={numbers[line.name]} format={format} />
            </b>
          </li>
        ))}
        {chart.threshold !== null && <li class="threshold">{threshold(format(chart.threshold))}</li>}
      </ul>
      <Drawing chart={chart} />
      <AsTable chart={chart} />
    </figure>
  );
}

type ValueProps = { line: Line; whole: number | null; format: (value: number | null) => string };

/** The value of a line. Only this text is drawn again when the pointer moves. */
function Value({ line, whole, format }: ValueProps) {
  return <>{format(hovered.value === null ? whole : (line.values[hovered.value] ?? null))}</>;
}

/** For screen readers the drawing is an image; the table below it has the same numbers. */
function Drawing({ chart }: { chart: Chart }) {
  if (drawing.value === "failed") return <NotLoaded />;
  return (
    <div class="drawing" role="img" aria-label={queuesWords.picture(queuesWords.titles[chart.name])}>
      {drawing.value !== "loading" && <Canvas chart={chart} createPlot={drawing.value.createPlot} />}
    </div>
  );
}

/** Shown if the drawing code cannot be loaded: after an update of the server the old file no longer exists. */
function NotLoaded() {
  return (
    <p class="empty" role="alert">
      {queuesWords.noPlot}{" "}
      <button type="button" onClick={() => location.reload()}>
        {words.base.reload}
      </button>
    </p>
  );
}

const dark = matchMedia("(prefers-color-scheme: dark)");

function Canvas({ chart, createPlot }: { chart: Chart } & Pick<typeof import("./plot.ts"), "createPlot">) {
  const host = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  useEffect(() => {
    const onHover = (slice: number | null) => {
      hovered.value = slice;
    };
    const formatValue = FORMATS[chart.unit];
    const drawn = createPlot(host.current!, { chart, formatTime: formatHour, formatValue, onHover });
    // the page has the new colours in the next frame
    const recolour = () => requestAnimationFrame(drawn.recolour);
    plot.current = drawn;
    dark.addEventListener("change", recolour);
    return () => {
      dark.removeEventListener("change", recolour);
      plot.current = null;
      drawn.destroy();
      hovered.value = null;
    };
  }, []);
  useEffect(() => plot.current?.update(chart), [chart]);
  useSignalEffect(() => {
    theme.value;
    tv.value;
    requestAnimationFrame(() => plot.current?.recolour());
  });
  return <div class="plot" ref={host} />;
}

/** The numbers as a table, created when it is opened. */
function AsTable({ chart }: { chart: Chart }) {
  const open = useSignal(false);
  const title = queuesWords.titles[chart.name];
  return (
    <details
      onToggle={(event) => {
        open.value = event.currentTarget.open;
      }}
    >
      <summary>{queuesWords.asTable}</summary>
      {open.value && (
        <Scrolled class="as-table" label={title}>
          <SliceTable chart={chart} title={title} />
        </Scrolled>
      )}
    </details>
  );
}

function SliceTable({ chart: { begins, lines, unit }, title }: { chart: Chart; title: string }) {
  return (
    <table>
      <caption class="unseen">{title}</caption>
      <thead>
        <tr>
          <th scope="col">{queuesWords.from}</th>
          {lines.map(({ name }) => (
            <th key={name} scope="col" class="figure">
              {queuesWords.lines[name]}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {begins.map((begin, n) => (
          <tr key={begin}>
            <th scope="row">{formatHour(begin)}</th>
            {lines.map(({ name, values }) => (
              <td key={name} class="figure">
                {FORMATS[unit](values[n] ?? null)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
