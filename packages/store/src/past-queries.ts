import {
  applyPresence,
  type Event,
  type FoldedPresence,
  type MovingCall,
  PRESENCE_TYPES,
  type Presence,
  type ReadOccurrence,
  type RecentCall,
  TooLarge,
} from "@teravoz/domain";
import type { Filter } from "mongodb";
import type { Collections, EventDocument } from "./collections.ts";
import { RECENT, RECENT_AT_ONCE, reading } from "./reading.ts";

type Stretch = { from: Date; to: Date; bytes: number };

/** Ten minutes of a large call centre are some 3,000 calls: their events are asked for a few thousand at a time. */
const HISTORIES_AT_ONCE = 500;

/** Which calls is told by the index alone: it holds both times. */
export async function listMovingCalls(
  { calls, events }: Collections,
  { from, to, bytes }: Stretch,
): Promise<MovingCall[]> {
  const moved = { updated_at: { $gt: from }, created_at: { $lte: to } };
  const found = calls.find(moved, { ...reading, projection: RECENT, batchSize: RECENT_AT_ONCE });
  const moving = ((await found.toArray()) as unknown as RecentCall[]).map((call) => ({
    call,
    events: [] as Event[],
  }));
  const room = { bytes };
  for (let start = 0; start < moving.length; start += HISTORIES_AT_ONCE) {
    const some = new Map(
      moving.slice(start, start + HISTORIES_AT_ONCE).map((each) => [each.call.aggregate_id, each]),
    );
    const known = {
      kind: "call" as const,
      aggregate_id: { $in: [...some.keys()] },
      received_at: { $lte: to },
    };
    for await (const event of readEvents(events, known)) {
      hold(room, event);
      some.get(event.aggregate_id)?.events.push(event);
    }
  }
  return moving;
}

export async function listPresenceEvents(
  { events }: Collections,
  { from, to, bytes }: Stretch,
): Promise<Event[]> {
  const room = { bytes };
  const found: Event[] = [];
  for await (const event of readEvents(events, saidWithin(from, to))) {
    hold(room, event);
    found.push(event);
  }
  return found;
}

/**
 * Who works logs in anew within a week: of the years before, nothing has to be read for them. Whoever said nothing in that time is made
 * of all that was said.
 */
const LOOK_BACK_MS = 8 * 86_400_000;

/** An agent who has said nothing since is as it is stored. */
export async function listPastPresences(
  { agents, events }: Collections,
  at: Date,
  readOccurrence: ReadOccurrence,
): Promise<Presence[]> {
  const all = (await agents.find({}, { ...reading, projection: { _id: 0 } }).toArray()) as Presence[];
  const settled = all.filter(({ updated_at }) => updated_at <= at);
  const moved = new Map<string, FoldedPresence | null>(
    all.filter(({ updated_at }) => updated_at > at).map(({ agent }) => [agent, null]),
  );
  const since = new Date(at.getTime() - LOOK_BACK_MS);
  await foldInto(moved, readEvents(events, saidWithin(since, at)), readOccurrence);
  const silent = [...moved].flatMap(([agent, presence]) => (presence ? [] : agent));
  const before = {
    kind: "agent" as const,
    aggregate_id: { $in: silent },
    received_at: { $lte: at },
  };
  if (silent.length > 0) await foldInto(moved, readEvents(events, before), readOccurrence);
  const folded = [...moved.values()].flatMap((presence) =>
    presence ? { ...presence, version: presence.updated_at.getTime() } : [],
  );
  return [...settled, ...folded];
}

/** Event by event, as they pass: none is held. */
async function foldInto(
  presences: Map<string, FoldedPresence | null>,
  events: AsyncIterable<Event>,
  readOccurrence: ReadOccurrence,
): Promise<void> {
  for await (const event of events) {
    const known = presences.get(event.aggregate_id);
    if (known !== undefined) presences.set(event.aggregate_id, applyPresence(known, [event], readOccurrence));
  }
}

const saidWithin = (from: Date, to: Date): Filter<EventDocument> => ({
  kind: "agent",
  type: { $in: [...PRESENCE_TYPES] },
  received_at: { $gt: from, $lte: to },
});

/** Without their numbers and their places in the log. */
async function* readEvents(
  events: Collections["events"],
  filter: Filter<EventDocument>,
): AsyncGenerator<Event> {
  const found = events.find(filter, { ...reading, projection: { id: 0, source: 0 } });
  for await (const { _id, ...event } of found) yield { uuid: _id, ...event };
}

function hold(room: { bytes: number }, { payload }: Event): void {
  room.bytes -= Buffer.byteLength(payload);
  if (room.bytes < 0) throw new TooLarge("too much happened in this time to be shown");
}
