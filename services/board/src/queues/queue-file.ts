import { isoTimeOf } from "@teravoz/domain/time";
import type { QueueNumbers, QueueReport, QueueRow, TrafficNumbers } from "@teravoz/protocol/client";
import { type Cell, type FileOptions, writeCsv } from "../base/table-file.ts";

const INBOUND = [
  "offered",
  "answered",
  "abandoned",
  "short",
  "overflowed",
  "service_level",
  "mean_wait_ms",
  "p90_wait_ms",
  "mean_talk_ms",
  "waiting",
  "waiting_since",
] as const;
const TRAFFIC = ["placed", "connected", "dropped", "mean_talk_ms"] as const;
const COLUMNS = [
  "queue",
  "name",
  ...INBOUND,
  ...TRAFFIC.map((name) => `outbound_${name}` as const),
  ...TRAFFIC.map((name) => `internal_${name}` as const),
];

/**
 * The numbers of all queues as CSV: the total, then a row for each queue. Durations are in ms, shares from
 * 0 to 1.
 */
export function toQueueCsv(
  { total, queues }: Pick<QueueReport, "total" | "queues">,
  { names, ...manner }: FileOptions & { names: { total: string; none: string } },
): string {
  const nameOf = ({ queue, name }: QueueRow) => name ?? (queue === null ? names.none : null);
  const rows = [
    rowOf({ queue: null, name: names.total }, total, manner),
    ...queues.map((row) => rowOf({ queue: row.queue, name: nameOf(row) }, row, manner)),
  ];
  return writeCsv(COLUMNS, rows, manner);
}

/** Shares have four decimals. */
const SHARE_DIGITS = 10_000;

type Named = Pick<QueueRow, "queue" | "name">;
type Row = Record<(typeof COLUMNS)[number], Cell>;

function rowOf({ queue, name }: Named, numbers: QueueNumbers, { zone }: FileOptions): Row {
  const { waiting_since, service_level, outbound, internal, ...counts } = numbers;
  return {
    ...counts,
    queue,
    name,
    service_level: service_level && Math.round(service_level * SHARE_DIGITS) / SHARE_DIGITS,
    waiting_since: waiting_since && isoTimeOf(Date.parse(waiting_since), zone),
    ...prefixed("outbound", outbound),
    ...prefixed("internal", internal),
  };
}

const prefixed = <Kind extends "outbound" | "internal">(kind: Kind, numbers: TrafficNumbers) =>
  Object.fromEntries(TRAFFIC.map((name) => [`${kind}_${name}`, numbers[name]])) as Record<
    `${Kind}_${(typeof TRAFFIC)[number]}`,
    Cell
  >;
