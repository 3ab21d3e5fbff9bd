import { type Event, type FoldedCall, foldCall } from "@teravoz/domain";
import type { CallDocument, EventDocument, Evidence } from "./evidence.ts";
import type { Violation } from "./violation.ts";

/**
 * I5: each call is the fold of its events, field by field, with the number of the first one. No call is without events,
 * and no events are without a call.
 */
export function findStaleCalls({ events, calls }: Evidence): Violation[] {
  const histories = historiesOf(events);
  const known = new Map(calls.map((call) => [call.aggregate_id, call]));
  const without = [...histories.keys()].filter((key) => !known.has(key));
  return [
    ...calls.flatMap((call) => judgeCall(call, histories.get(call.aggregate_id) ?? [])),
    ...without.map(
      (where): Violation => ({ invariant: "I5", damage: "events without a call", where, detail: "" }),
    ),
  ];
}

function judgeCall(call: CallDocument, history: EventDocument[]): Violation[] {
  const where = `call ${call.aggregate_id}`;
  const folded = foldCall(history.map(eventOf));
  if (!folded) return [{ invariant: "I5", damage: "call without events", where, detail: "" }];
  const id = Math.min(...history.map((event) => event.id));
  const differing = differingFields({ ...folded, id }, call);
  if (differing.length === 0) return [];
  return [{ invariant: "I5", damage: "stale call", where, detail: differing.join(", ") }];
}

/** I8: the same events make the same call in another order, and with each of them delivered again later. */
export function findOrderDependent({ events }: Evidence): Violation[] {
  return [...historiesOf(events)].flatMap(([where, history]) => {
    const forward = history.map(eventOf);
    const folded = foldCall(forward)!;
    const other = foldCall([...forward.toReversed(), ...forward.map(redelivered)])!;
    const differing = differingFields(folded, other);
    if (differing.length === 0) return [];
    return [{ invariant: "I8", damage: "order matters", where, detail: differing.join(", ") }];
  });
}

const redelivered = (event: Event): Event => ({
  ...event,
  received_at: new Date(event.received_at.getTime() + 60_000),
});

/** I6: a replay makes the same documents as before, numbers included. Versions may be higher. */
export function findReplayedOtherwise(before: Evidence, after: Evidence): Violation[] {
  const now = new Map(after.calls.map((call) => [call.aggregate_id, call]));
  const differing = before.calls.flatMap((call) => {
    const { version: _, ...rest } = call;
    const fields = differingFields(rest, now.get(call.aggregate_id) ?? {});
    return fields.length === 0 ? [] : [`call ${call.aggregate_id}: ${fields.join(", ")}`];
  });
  const numbers = new Map(after.events.map(({ _id, id }) => [_id, id]));
  const moved = before.events
    .filter(({ _id, id }) => numbers.get(_id) !== id)
    .map(({ _id }) => `event ${_id}`);
  const more = [after.calls.length - before.calls.length, after.events.length - before.events.length];
  const counts = more.some((count) => count !== 0) ? [`${more[0]} calls and ${more[1]} events more`] : [];
  return [...differing, ...moved, ...counts].map((where) => ({
    invariant: "I6",
    damage: "replayed otherwise",
    where,
    detail: "",
  }));
}

const eventOf = ({ _id, ...event }: EventDocument): Event => ({ ...event, uuid: _id });

function historiesOf(events: EventDocument[]): Map<string, EventDocument[]> {
  return Map.groupBy(
    events.filter(({ kind }) => kind === "call"),
    ({ aggregate_id }) => aggregate_id,
  );
}

/**
 * Returns the names of the fields of `wanted` that differ in `found`. Dates are compared as texts, as clients get them.
 */
export function differingFields(wanted: object, found: object): string[] {
  const plain = (value: unknown) => JSON.stringify(value) ?? "absent";
  const given = found as Record<string, unknown>;
  return Object.entries(wanted as Partial<FoldedCall>)
    .filter(([name, value]) => plain(value) !== plain(given[name]))
    .map(([name]) => name);
}
