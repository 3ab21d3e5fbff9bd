import type { QueueNumbers, QueueRow, TrafficNumbers } from "@teravoz/protocol/client";
import { hasTraffic } from "../reports/traffic.ts";

/** The columns of inbound calls in the table of queues, in their order. */
export const INBOUND_COLUMNS = [
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
/** The columns of outbound calls; they are shown if there are such calls. */
export const OUTBOUND_COLUMNS = [
  "outbound_placed",
  "outbound_connected",
  "outbound_dropped",
  "outbound_mean_talk_ms",
] as const;
export type OutboundColumn = (typeof OUTBOUND_COLUMNS)[number];
export type Column = (typeof INBOUND_COLUMNS)[number] | OutboundColumn;

const isOutbound = (column: Column): column is OutboundColumn => column.startsWith("outbound_");

/** The columns of a table with this total. */
export const columnsFor = (total: QueueNumbers): readonly Column[] =>
  hasTraffic(total.outbound) ? [...INBOUND_COLUMNS, ...OUTBOUND_COLUMNS] : INBOUND_COLUMNS;

/** The number in a column; for the longest wait its beginning in ISO 8601. */
export const numberIn = (column: Column, numbers: QueueNumbers): number | string | null =>
  isOutbound(column)
    ? numbers.outbound[column.replace("outbound_", "") as keyof TrafficNumbers]
    : numbers[column];

export type Order = { by: Column | "queue"; descending: boolean };

/** The server's order: by queue number. */
export const BY_QUEUE: Order = { by: "queue", descending: false };

/** A second click on a column reverses the order; a first click begins with the largest. */
export const orderAfter = (order: Order, by: Order["by"]): Order =>
  order.by === by ? { by, descending: !order.descending } : { by, descending: by !== "queue" };

/** Rows without a number come last in either order, and equal rows keep their order. */
export function sortQueues(rows: readonly QueueRow[], { by, descending }: Order): QueueRow[] {
  if (by === "queue") return descending ? rows.toReversed() : [...rows];
  return rows.toSorted((one, other) => {
    const [first, second] = [figureOf(one, by), figureOf(other, by)];
    if (first === null || second === null) return Number(first === null) - Number(second === null);
    return descending ? second - first : first - second;
  });
}

/** The longest wait is the one that began first. */
function figureOf(row: QueueRow, by: Column): number | null {
  const number = numberIn(by, row);
  return typeof number === "string" ? -Date.parse(number) : number;
}
