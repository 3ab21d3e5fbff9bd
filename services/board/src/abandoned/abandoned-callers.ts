import { formatTelephone } from "@teravoz/domain/telephone";
import { isoTimeOf } from "@teravoz/domain/time";
import type { Abandoned, AbandonedPerson, AbandonedReport } from "@teravoz/protocol/client";
import { type Cell, type FileOptions, writeCsv } from "../base/table-file.ts";

/**
 * Returns whether the caller still needs a call back: they were not talked to since, and at least one wait
 * was not short.
 */
export const isOpen = ({ talked_at, short }: Pick<AbandonedPerson, "talked_at" | "short">): boolean =>
  talked_at === null && !short;

/** Open callers come first. Within each group the latest comes first, as the server sends them. */
export const openFirst = (people: readonly AbandonedPerson[]): AbandonedPerson[] =>
  people.toSorted((one, other) => Number(isOpen(other)) - Number(isOpen(one)));

/** The abandons of callers with a hidden number. It is unknown which of them belong to the same person. */
export const anonymousOf = ({ abandoned }: Pick<AbandonedReport, "abandoned">): Abandoned[] =>
  abandoned.filter(({ person }) => person === null);

const COLUMNS = [
  "their_number",
  "times",
  "first_at",
  "last_at",
  "longest_wait_ms",
  "short",
  "talked_at",
  "aggregate_id",
] as const;

type Row = Record<(typeof COLUMNS)[number], Cell>;

/** The list as CSV in the order of the page: a row for each person, then one for each anonymous abandon. */
export function toAbandonedCsv(
  report: Pick<AbandonedReport, "people" | "abandoned">,
  manner: FileOptions,
): string {
  const anonymous = anonymousOf(report).map(({ ended_at, waited_ms, returned_at, ...row }) => ({
    ...row,
    times: 1,
    first_at: ended_at,
    last_at: ended_at,
    longest_wait_ms: waited_ms,
    talked_at: returned_at,
  }));
  const rows = [...openFirst(report.people), ...anonymous].map((row) => rowOf(row, manner));
  return writeCsv(COLUMNS, rows, manner);
}

function rowOf(row: Omit<AbandonedPerson, "person">, { masked, zone }: FileOptions): Row {
  const { their_number, their_number_display, times, longest_wait_ms, short, aggregate_id } = row;
  const shown = their_number_display ?? their_number;
  const time = (value: string | null) => value && isoTimeOf(Date.parse(value), zone);
  return {
    their_number: masked ? shown && formatTelephone(shown, true) : their_number,
    times,
    longest_wait_ms,
    short,
    aggregate_id,
    first_at: time(row.first_at),
    last_at: time(row.last_at),
    talked_at: time(row.talked_at),
  };
}
