import { formatTelephone } from "@teravoz/domain/telephone";
import type { Abandoned, AbandonedPerson, AbandonedReport } from "@teravoz/protocol/client";
import { CallRow } from "../base/elements/call-row.tsx";
import { Scrolled } from "../base/elements/scrolled.tsx";
import { TableExport } from "../base/elements/table-export.tsx";
import { formatMean } from "../base/format.ts";
import { masked } from "../base/preferences.ts";
import { connection } from "../base/socket.ts";
import { formatRecent } from "../base/times.ts";
import { theirNumber } from "../model/call.ts";
import { words } from "../words.ts";
import { anonymousOf, isOpen, openFirst, toAbandonedCsv } from "./abandoned-callers.ts";
import { abandoned } from "./read-abandoned.ts";
import { abandonedWords } from "./words.ts";

const NONE = "–";

/**
 * The callers who abandoned a queue in the last days, and whether they were talked to since. Anonymous
 * callers have their own table.
 */
export function AbandonedPage() {
  const report = abandoned.value;
  if (!report) return connection.value.status === "lost" ? null : <p class="empty">{words.base.loading}</p>;
  if (report.abandoned.length === 0) return <p class="empty">{abandonedWords.none(report.days ?? 1)}</p>;
  const anonymous = anonymousOf(report);
  return (
    <Scrolled class="calls" label={words.base.pages.abandoned}>
      <People report={report} />
      {anonymous.length > 0 && <Anonymous rows={anonymous} />}
    </Scrolled>
  );
}

function People({ report }: { report: AbandonedReport }) {
  const { columns, tips } = abandonedWords;
  const people = openFirst(report.people);
  return (
    <table class="people">
      <caption>
        {abandonedWords.people(people.length, people.filter(isOpen).length, report.days ?? 1)}
        {report.more && ` (${abandonedWords.cut(report.abandoned.length)})`}{" "}
        <TableExport name="abandoned" write={(manner) => toAbandonedCsv(report, manner)} />
      </caption>
      <thead>
        <tr>
          <th scope="col">{columns.from}</th>
          <th scope="col" class="figure" title={tips.times}>
            {columns.times}
          </th>
          {(["first", "last"] as const).map((name) => (
            <th key={name} scope="col" title={tips[name]}>
              {columns[name]}
            </th>
          ))}
          <th scope="col" class="figure" title={tips.longest}>
            {columns.longest}
          </th>
          <th scope="col" title={tips.talked}>
            {columns.talked}
          </th>
        </tr>
      </thead>
      <tbody>
        {people.map((person) => (
          <Person key={person.person} person={person} />
        ))}
      </tbody>
    </table>
  );
}

/** A row opens the caller's last abandoned call. */
function Person({ person }: { person: AbandonedPerson }) {
  const { aggregate_id, times, first_at, last_at, longest_wait_ms, talked_at, short } = person;
  return (
    <CallRow call_id={aggregate_id} class={isOpen(person) ? "" : "done"}>
      <td class="number">{numberOf(person)}</td>
      <td class="figure">{times}</td>
      <td class="number">{time(first_at)}</td>
      <td class="number">{time(last_at)}</td>
      <td class="figure">{formatMean(longest_wait_ms)}</td>
      <td>
        <Talked at={talked_at} short={short} />
      </td>
    </CallRow>
  );
}

/** The table of anonymous abandons. Each one is a row: it is unknown which belong to the same person. */
function Anonymous({ rows }: { rows: readonly Abandoned[] }) {
  const { from, queue, at, waited, talked } = abandonedWords.anonymousColumns;
  return (
    <table class="anonymous">
      <caption>{abandonedWords.anonymous(rows.length)}</caption>
      <thead>
        <tr>
          {[from, queue, at].map((label) => (
            <th key={label} scope="col">
              {label}
            </th>
          ))}
          <th scope="col" class="figure">
            {waited}
          </th>
          <th scope="col">{talked}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <CallRow key={`${row.aggregate_id} ${row.entered_at}`} call_id={row.aggregate_id}>
            <td class="number">{numberOf(row)}</td>
            <td>{row.queue ?? NONE}</td>
            <td class="number">{time(row.ended_at)}</td>
            <td class="figure">{formatMean(row.waited_ms)}</td>
            <td>
              <Talked at={row.returned_at} short={row.short} />
            </td>
          </CallRow>
        ))}
      </tbody>
    </table>
  );
}

function Talked({ at, short }: { at: string | null; short: boolean }) {
  if (at) return <>✓ {time(at)}</>;
  return short ? words.base.short : <span class="over">{abandonedWords.notYet}</span>;
}

function numberOf(row: Pick<Abandoned, "their_number" | "their_number_display">): string {
  const number = theirNumber(row);
  return number ? formatTelephone(number, masked.value) : NONE;
}

const time = (iso: string) => formatRecent(Date.parse(iso));
