import type { Event } from "@teravoz/domain";
import type { Filter, FindOptions } from "mongodb";
import type { Collections } from "../mongo/collections.ts";
import { OPERATION_LIMIT_MS } from "../mongo/connect.ts";
import type { EventDocument } from "../mongo/documents.ts";

/** The fields of an event from which a presence is folded. */
const SAID = { kind: 1, aggregate_id: 1, type: 1, occurred_at: 1, received_at: 1, payload: 1 } as const;

/** Reads the events of agents, all events of one agent together. Memory holds the events of one agent at a time. */
export async function* eventsByAgent(
  events: Collections["events"],
  asked: Filter<EventDocument>,
  options: FindOptions,
): AsyncGenerator<Event[]> {
  const found = events.find({ kind: "agent", ...asked }, {
    ...options,
    projection: SAID,
    sort: { aggregate_id: 1 },
    maxTimeMS: OPERATION_LIMIT_MS,
  } as const);
  let held: Event[] = [];
  for await (const { _id, ...event } of found) {
    if (held.length > 0 && held[0]!.aggregate_id !== event.aggregate_id) {
      yield held;
      held = [];
    }
    held.push({ uuid: _id, ...event });
  }
  if (held.length > 0) yield held;
}
