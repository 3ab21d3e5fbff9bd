import { formatTelephone } from "@teravoz/domain/telephone";
import { isoTimeOf } from "@teravoz/domain/time";
import type { Call } from "@teravoz/protocol/client";
import { maskText } from "../base/format.ts";
import { type Cell, type FileOptions, writeCsv } from "../base/table-file.ts";
import { agentsOf, type CallNumber, fromOf, queuesOf, toOf } from "../model/call.ts";

/** The columns of an export, which has one row per call. */
const COLUMNS = [
  "aggregate_id",
  "state",
  "direction",
  "counted_as",
  "from",
  "to",
  "queues",
  "agents",
  "code",
  "began_at",
  "answered_at",
  "connected_at",
  "finished_at",
  "abandoned",
  "events",
  "recording_url",
] as const;

type Row = Record<(typeof COLUMNS)[number], Cell>;

/**
 * Returns a call as the page shows it: if the page masks telephones, every text of the sender but the id is masked.
 * Times are ISO 8601 in the account's zone.
 */
function rowOf(call: Call, { masked, zone }: FileOptions): Row {
  const mask = (text: string) => maskText(text, masked);
  const time = (value: string | null) => value && isoTimeOf(Date.parse(value), zone);
  const number = ({ written, shown }: CallNumber) =>
    masked ? shown && formatTelephone(shown, true) : written;
  return {
    aggregate_id: call.aggregate_id,
    state: call.state,
    direction: call.direction && mask(call.direction),
    counted_as: call.counted_as,
    from: number(fromOf(call)),
    to: number(toOf(call)),
    queues: queuesOf(call).map(mask),
    agents: agentsOf(call).map(mask),
    code: call.code && mask(call.code),
    began_at: time(call.began_at),
    answered_at: time(call.answered_at),
    connected_at: time(call.connected_at),
    finished_at: time(call.finished_at),
    abandoned: call.abandoned,
    events: call.events,
    recording_url: call.recording_url && mask(call.recording_url),
  };
}

export const toCsv = (calls: readonly Call[], manner: FileOptions): string =>
  writeCsv(
    COLUMNS,
    calls.map((call) => rowOf(call, manner)),
    manner,
  );

/** Writes NDJSON: one line of JSON per call. */
export const toNdjson = (calls: readonly Call[], manner: FileOptions): string =>
  calls.map((call) => `${JSON.stringify(rowOf(call, manner))}\n`).join("");
