import type { QueueRow } from "./reports.ts";

/** The columns of the table of queues, in their order. */
export const COLUMNS = [
  ...(["offered", "answered", "abandoned", "short", "overflowed", "service_level"] as const),
  ...(["mean_wait_ms", "p90_wait_ms", "mean_talk_ms", "waiting", "waiting_since"] as const),
] as const;
export type Column = (typeof COLUMNS)[number];

export type Order = { by: Column | "queue"; descending: boolean };

/** As the server sends them: by number. */
export const BY_QUEUE: Order = { by: "queue", descending: false };

/** The same column again turns it round; another one begins with the largest. */
export const orderAfter = (order: Order, by: Order["by"]): Order =>
  order.by === by ? { by, descending: !order.descending } : { by, descending: by !== "queue" };

/** What has no number comes last either way, and equals stay as they were. */
export function sortQueues(rows: readonly QueueRow[], { by, descending }: Order): QueueRow[] {
  if (by === "queue") return descending ? rows.toReversed() : [...rows];
  return rows.toSorted((one, other) => {
    const [first, second] = [figureOf(one, by), figureOf(other, by)];
    if (first === null || second === null) return Number(first === null) - Number(second === null);
    return descending ? second - first : first - second;
  });
}

/** The longest wait is the one that began first. */
const figureOf = (row: QueueRow, by: Column): number | null =>
  by !== "waiting_since" ? row[by] : row.waiting_since === null ? null : -Date.parse(row.waiting_since);
