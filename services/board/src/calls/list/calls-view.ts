import { computed } from "@preact/signals";
import type { CallWindow } from "@teravoz/domain/search";
import type { CallState } from "@teravoz/protocol/client";
import { now } from "../../base/clock.ts";
import { agent, filter, go, parameters, query, visited } from "../../base/route.ts";
import { zone } from "../../base/zone.ts";
import { COLUMNS, NEWEST_FIRST, type Order } from "./call-order.ts";
import { isPeriodChoice, PERIODS, type PeriodChoice, periodOf } from "./periods.ts";

/** The period and the order of the page of calls; both are part of the address. */
export const period = computed<PeriodChoice>(() => readChoice(new URLSearchParams(parameters.value)));
export const order = computed<Order>(() => readOrder(new URLSearchParams(parameters.value)));

type View = {
  state?: CallState | null;
  q?: string;
  visited?: string | null;
  agent?: string | null;
  period?: PeriodChoice;
  order?: Order;
};

/** Goes to the page of calls and changes only the given parts of its view. */
export function goCalls(view: View): void {
  const next = {
    state: filter.peek(),
    q: query.peek(),
    visited: visited.peek(),
    agent: agent.peek(),
    period: period.peek(),
    order: order.peek(),
    ...view,
  };
  const { state, q, visited: queue, agent: name } = next;
  go("calls", {
    state,
    q,
    visited: queue,
    agent: name,
    more: { ...writeChoice(next.period), ...writeOrder(next.order) },
  });
}

function readChoice(search: URLSearchParams): PeriodChoice {
  const [from, to] = [search.get("from") ?? "", search.get("to") ?? ""];
  if (isPeriodChoice(from, to)) return { from, to };
  return PERIODS.find((each) => each === search.get("period")) ?? "today";
}

const writeChoice = (choice: PeriodChoice): Record<string, string> =>
  typeof choice === "object" ? choice : choice === "today" ? {} : { period: choice };

function readOrder(search: URLSearchParams): Order {
  const by = COLUMNS.find((each) => each === search.get("sort"));
  return by ? { by, descending: search.get("order") === "desc" } : NEWEST_FIRST;
}

const writeOrder = ({ by, descending }: Order): Record<string, string> =>
  by === NEWEST_FIRST.by && descending === NEWEST_FIRST.descending
    ? {}
    : { sort: by, order: descending ? "desc" : "asc" };

/** A sliding period moves forward at this interval. */
const SHOWN_MS = 10_000;
/** The shown period in JSON. Days end at midnight of the account's zone. */
const sliding = computed(() => {
  const at = new Date(now.value - (now.value % SHOWN_MS));
  return JSON.stringify(periodOf(period.value, at, zone.value));
});
const reviveEnd = (end: string, value: unknown) => (end === "" ? value : new Date(value as string));
/** The shown period. It notifies its readers only if it has changed. */
export const shownPeriod = computed<CallWindow>(() => JSON.parse(sliding.value, reviveEnd));

/**
 * The page asks for a period that begins at a multiple of this time, so that the subscription rarely changes,
 * and removes older calls from the list.
 */
const SLIDE_MS = 15 * 60_000;

/** The period as ListCalls and Subscribe take it. It contains every call of the shown period. */
export const askedPeriod = computed<CallWindow>(() => {
  const { since } = shownPeriod.value;
  if (period.value !== "last30" || !since) return shownPeriod.value;
  return { since: new Date(since.getTime() - (since.getTime() % SLIDE_MS)) };
});
