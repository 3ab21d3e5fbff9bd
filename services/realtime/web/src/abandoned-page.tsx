import { CallRow } from "./call-row.tsx";
import { theirNumber } from "./calls.ts";
import { masked } from "./choices.ts";
import { formatDuration, formatNumber } from "./format.ts";
import { link } from "./live.ts";
import { abandoned } from "./numbers.ts";
import type { Abandoned } from "./reports.ts";
import { formatTimeOfDay } from "./times.ts";
import { words } from "./words.ts";

const NONE = "–";

/** Who hung up without an answer today, and whether anybody has talked to them since. */
export function AbandonedPage() {
  const report = abandoned.value;
  if (!report) return link.value.status === "lost" ? null : <p class="empty">{words.loading}</p>;
  if (report.abandoned.length === 0) return <p class="empty">{words.nobodyGaveUp}</p>;
  const { from, queue, at, waited, returned } = words.abandonedColumns;
  const open = report.abandoned.filter(({ returned_at, short }) => !returned_at && !short).length;
  return (
    <section class="calls">
      <table>
        <caption>{words.abandonedToday(report.abandoned.length, open, report.more)}</caption>
        <thead>
          <tr>
            {[at, from, queue].map((label) => (
              <th key={label} scope="col">
                {label}
              </th>
            ))}
            <th scope="col" class="figure">
              {waited}
            </th>
            <th scope="col">{returned}</th>
          </tr>
        </thead>
        <tbody>
          {report.abandoned.map((leg) => (
            <Row key={`${leg.aggregate_id} ${leg.entered_at}`} leg={leg} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({ leg }: { leg: Abandoned }) {
  const settled = leg.returned_at !== null || leg.short;
  const number = theirNumber(leg);
  return (
    <CallRow call_id={leg.aggregate_id} class={settled ? "done" : ""}>
      <td class="number">{time(leg.ended_at)}</td>
      <td class="number">{number ? formatNumber(number, masked.value) : NONE}</td>
      <td>{leg.queue ?? NONE}</td>
      <td class="figure">{formatDuration(leg.waited_ms)}</td>
      <td>{outcome(leg)}</td>
    </CallRow>
  );
}

function outcome({ returned_at, short }: Abandoned) {
  if (returned_at) return `✓ ${time(returned_at)}`;
  return short ? words.short : <span class="over">{words.notReturned}</span>;
}

const time = (iso: string) => formatTimeOfDay(Date.parse(iso));
