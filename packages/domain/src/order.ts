import { readBody } from "./body.ts";
import { FINISHED_RANK, findDefinition, OTHER_RANK } from "./catalogue.ts";
import type { Event } from "./event.ts";
import { type ReadOccurrence, readOccurrence as readInUtc } from "./timestamp.ts";

/** All that the order of a call's events depends on. */
export type Place = {
  uuid: string;
  /** The vendor's stamp, else when it was received. */
  ms: number;
  /** The stamp has no milliseconds: it is equal to every other of its second. */
  whole: boolean;
  rank: number;
};

/** An event with its body read and its place. */
export type PlacedEvent<E extends Event = Event> = Place & { event: E; body: Record<string, unknown> };

/** The events of one call in the order of the fold; it depends on the set alone, never on the order given. */
export const orderEvents = <E extends Event>(events: readonly E[], readOccurrence = readInUtc): E[] =>
  placeEvents(events, readOccurrence).map(({ event }) => event);

export const placeEvents = <E extends Event>(
  events: readonly E[],
  readOccurrence = readInUtc,
): PlacedEvent<E>[] => orderPlaces(events.map((event) => placeEvent(event, readOccurrence)));

/** The place of an event without the event: a call of many events is ordered by these, and its bodies need not be held. */
export function placeOf(event: Event, readOccurrence = readInUtc): Place {
  const { uuid, ms, whole, rank } = placeEvent(event, readOccurrence);
  return { uuid, ms, whole, rank };
}

/**
 * Orders by time. Events of equal time go round the life cycle from where the call stands: the smallest rank above the last
 * one, else the smallest. Within a second, stamps with milliseconds keep their order and those without are merged
 * in by the same rule; between equals the one with milliseconds goes first (it cannot wait), then the uuid decides.
 */
export function orderPlaces<P extends Place>(places: readonly P[]): P[] {
  const bySecond = Map.groupBy(places, ({ ms }) => Math.floor(ms / 1000));
  const seconds = [...bySecond].sort(([one], [other]) => one - other);
  let stands = -1;
  return seconds.flatMap(([, second]) => {
    const [ordered, last] = orderSecond(second, stands);
    stands = last;
    return ordered;
  });
}

function placeEvent<E extends Event>(event: E, readOccurrence: ReadOccurrence): PlacedEvent<E> {
  const body = readBody(event.payload);
  const stamp = readOccurrence(body.timestamp, event.received_at);
  const { ms, whole } = stamp ?? { ms: event.received_at.getTime(), whole: false };
  const rank = findDefinition(event.type)?.rank ?? OTHER_RANK;
  return { event, body, uuid: event.uuid, ms, whole, rank };
}

/** Per rank those that are still to come, the next one last. */
type Ranks<P extends Place> = P[][];

function orderSecond<P extends Place>(second: P[], stood: number): [P[], number] {
  if (second.length === 1) return [second, lastRank(second[0]!.rank, stood)];
  const open = byRank(second.filter(({ whole }) => whole));
  const exact = Map.groupBy(
    second.filter(({ whole }) => !whole),
    ({ ms }) => ms,
  );
  const ordered: P[] = [];
  let stands = stood;
  const take = (due: Ranks<P>) => {
    stands = nextRank(stands, (rank) => due[rank]!.length + open[rank]!.length > 0);
    ordered.push((due[stands]!.pop() ?? open[stands]!.pop())!);
  };
  for (const [, group] of [...exact].sort(([one], [other]) => one - other)) {
    const due = byRank(group);
    while (isUnderWay(due) || (due[FINISHED_RANK]!.length > 0 && isUnderWay(open))) take(due);
    ordered.push(...due[FINISHED_RANK]!, ...due[OTHER_RANK]!);
  }
  while (isUnderWay(open)) take(open);
  ordered.push(...open[FINISHED_RANK]!, ...open[OTHER_RANK]!);
  return [ordered, stands];
}

const lastRank = (rank: number, stood: number) => (rank < FINISHED_RANK ? rank : stood);

function byRank<P extends Place>(placed: P[]): Ranks<P> {
  const ranks: Ranks<P> = Array.from({ length: OTHER_RANK + 1 }, () => []);
  for (const one of placed.toSorted(byUuid).reverse()) ranks[one.rank]!.push(one);
  return ranks;
}

const byUuid = (one: Place, other: Place) => (one.uuid < other.uuid ? -1 : 1);

/** Something of the life cycle, finished apart, is still to come. */
const isUnderWay = (ranks: Ranks<Place>) =>
  ranks.some((left, rank) => rank < FINISHED_RANK && left.length > 0);

function nextRank(stands: number, isThere: (rank: number) => boolean): number {
  for (let rank = stands + 1; rank < FINISHED_RANK; rank++) if (isThere(rank)) return rank;
  for (let rank = 0; rank <= stands; rank++) if (isThere(rank)) return rank;
  throw new Error("nothing of the life cycle is left");
}
