import { withText } from "@teravoz/dead-letters";
import {
  type CallQueries,
  DEAD_LETTER_STATUSES,
  type DeadLetterAdmin,
  type Delivery,
  type DeliveryStatus,
  statusesOf,
} from "@teravoz/domain";
import type { CommandData, DeliveryBody, DeliveryReport, DeliveryRow } from "@teravoz/protocol";

export type AskedDeliveries = CommandData<"ListDeliveries">;

export type Deliveries = {
  /**
   * Lists deliveries, newest first. With a status, a page may hold fewer than `limit` rows, even none, and still have a
   * next page.
   */
  list(asked: AskedDeliveries): Promise<{ report: DeliveryReport; next: string | null }>;
  body(id: string): Promise<DeliveryBody>;
};

type Deps = {
  queries: Pick<CallQueries, "listDeliveries" | "findEvent">;
  deadLetters: Pick<DeadLetterAdmin, "find">;
  redrive: boolean;
  /** Milliseconds since the epoch. */
  now: () => number;
};

export const createDeliveries = (deps: Deps): Deliveries => ({
  list: async (asked) => {
    const { rows, next } = await readRows(deps, asked);
    return { report: { now: new Date(deps.now()), redrive: deps.redrive, deliveries: rows }, next };
  },
  body: (id) => readBody(deps, id),
});

/** The maximum number of deliveries read to fill a page of one status. The rest is on the next page. */
const MAX_LOOKED = 2_000;

/**
 * Reads a page of rows. A status depends on several fields, so the filter by status runs here. Reading ends when the
 * page is half full.
 */
async function readRows({ queries }: Deps, { status, call_id, limit, cursor }: AskedDeliveries) {
  const filter = {
    ...(status ? { of: sourceOf(status) } : {}),
    ...(call_id === null ? {} : { key: call_id }),
  };
  const rows: DeliveryRow[] = [];
  let next = cursor;
  let looked = 0;
  do {
    const page = await queries.listDeliveries(filter, { limit: limit - rows.length, cursor: next });
    const wanted = page.items
      .map(rowOf)
      .filter(({ statuses }) => status === null || statuses.includes(status));
    rows.push(...wanted);
    looked += page.items.length;
    next = page.next;
  } while (next !== null && rows.length < limit / 2 && looked < MAX_LOOKED);
  return { rows, next };
}

const sourceOf = (status: DeliveryStatus) =>
  (DEAD_LETTER_STATUSES as readonly string[]).includes(status) ? ("letters" as const) : ("events" as const);

function rowOf(delivery: Delivery): DeliveryRow {
  const statuses = statusesOf(delivery);
  if ("event" in delivery) {
    const { uuid, kind, aggregate_id, type, received_at, occurred_at, redeliveries, overtaken_by } =
      delivery.event;
    const row = { id: uuid, kind, key: aggregate_id, type, received_at, occurred_at, statuses };
    return { ...row, answer: 200, redeliveries, overtaken_by, letter: null };
  }
  const { id, key, type, first_seen, copies, source, ...deadLetter } = delivery.letter;
  const row = {
    id,
    kind: "letter" as const,
    key,
    type,
    received_at: first_seen,
    occurred_at: null,
    statuses,
  };
  return {
    ...row,
    answer: source === null ? 422 : 200,
    redeliveries: copies - 1,
    overtaken_by: null,
    letter: { ...deadLetter },
  };
}

/**
 * Finds the body of an event or of a dead letter. The id of a dead letter is a hash of 64 hex digits; a uuid is not.
 */
async function readBody({ queries, deadLetters }: Deps, id: string): Promise<DeliveryBody> {
  const nothing = { id, encoding: null, body: null };
  if (!/^[0-9a-f]{64}$/.test(id)) {
    const event = await queries.findEvent(id);
    return event ? { id, encoding: "utf8", body: event.payload } : nothing;
  }
  const deadLetter = await deadLetters.find(id);
  if (!deadLetter) return nothing;
  const { encoding, body } = withText(deadLetter);
  return { id, encoding, body };
}
