import type { DeadLetter, DeliveredEvent, Delivery, DeliveryFilter, Page } from "@teravoz/domain";
import { type DeadLetterCursor, newestFirst } from "../dead-letters/dead-letter-page.ts";
import { callsToOrder, describeArrivals, mergeDeliveries } from "../queries/deliveries.ts";
import { eventsOf, type State } from "./memory-state.ts";

/** Lists deliveries as MongoDB does, from the maps of the model. */
export function listDeliveries(
  state: State,
  deadLetters: Iterable<DeadLetter>,
  filter: DeliveryFilter,
  page: { limit: number; cursor: string | null },
): Promise<Page<Delivery>> {
  const isWanted = (key: string | null) => filter.key === undefined || filter.key === key;
  const events = async (below: number | null, limit: number) => readEvents(state, isWanted, { below, limit });
  const readDeadLetters = async (after: DeadLetterCursor | null, limit: number) =>
    [...deadLetters]
      .filter(
        (deadLetter) => isWanted(deadLetter.key) && (after === null || newestFirst(after, deadLetter) < 0),
      )
      .sort(newestFirst)
      .slice(0, limit);
  return mergeDeliveries({ events, deadLetters: readDeadLetters }, filter, page);
}

function readEvents(
  state: State,
  isWanted: (key: string) => boolean,
  { below, limit }: { below: number | null; limit: number },
): DeliveredEvent[] {
  const arrived = [...state.events.values()]
    .filter(({ id, aggregate_id }) => isWanted(aggregate_id) && (below === null || id < below))
    .sort((one, other) => other.id - one.id)
    .slice(0, limit)
    .map(({ payload: _payload, source: _source, last_offset: _last, delivery_ids: _ids, ...event }) => event);
  const keys = new Set(arrived.map(({ aggregate_id }) => aggregate_id));
  const calls = [...state.calls.values()].filter(
    ({ call, oversized }) => !oversized && keys.has(call.aggregate_id),
  );
  const ordered = callsToOrder(calls.map(({ call }) => call));
  const histories = ordered.flatMap((key) => eventsOf(state, key));
  return describeArrivals(arrived, histories, state.readOccurrence);
}
