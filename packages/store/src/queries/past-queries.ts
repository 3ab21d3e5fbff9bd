import {
  applyPresence,
  type Event,
  FOLD_REVISION,
  type MovingCall,
  PRESENCE_LOOK_BACK_MS,
  PRESENCE_TYPES,
  type Presence,
  type ReadOccurrence,
  TooLarge,
} from "@teravoz/domain";
import type { Filter } from "mongodb";
import { eventsByAgent } from "../apply/events-by-agent.ts";
import type { Collections } from "../mongo/collections.ts";
import type { AgentDocument, EventDocument } from "../mongo/documents.ts";
import { reading } from "../mongo/reading.ts";
import { chunksOf, readRecent } from "./recent-calls.ts";

type Stretch = { from: Date; to: Date; bytes: number };

/**
 * The number of calls whose events are read at once. Ten minutes of a large call centre have about 3,000 calls; 500 of
 * them have a few thousand events.
 */
const HISTORIES_AT_ONCE = 500;

/** Lists the calls that had an event in a period. The index alone finds the calls, because it holds both times. */
export async function listMovingCalls(
  { calls, events }: Collections,
  { from, to, bytes }: Stretch,
): Promise<MovingCall[]> {
  const moved = { updated_at: { $gt: from }, created_at: { $lte: to } };
  const moving = (await readRecent(calls, moved)).map((call) => ({ call, events: [] as Event[] }));
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

/** The number of agents in one read: a week of their events takes less than a second. */
const AGENTS_AT_ONCE = 50;

export async function listPastPresences(
  { agents, events }: Collections,
  at: Date,
  readOccurrence: ReadOccurrence,
): Promise<Presence[]> {
  const all = await agents.find({}, { ...reading, projection: { _id: 0 } }).toArray();
  const isSettled = ({ fold = 0, updated_at }: Omit<AgentDocument, "_id">) =>
    fold >= FOLD_REVISION && updated_at <= at;
  const settled = all.filter(isSettled).map(({ fold: _fold, ...presence }): Presence => presence);
  const moved = all.filter((each) => !isSettled(each)).map(({ agent }) => agent);
  const folded = new Map<string, Presence>();
  const read = async (names: readonly string[], received_at: { $gt?: Date; $lte: Date }) => {
    for (const some of chunksOf(names, AGENTS_AT_ONCE))
      for await (const said of eventsByAgent(events, { aggregate_id: { $in: some }, received_at }, reading)) {
        const presence = applyPresence(null, said, readOccurrence);
        if (presence) folded.set(presence.agent, { ...presence, version: presence.updated_at.getTime() });
      }
  };
  await read(moved, { $gt: new Date(at.getTime() - PRESENCE_LOOK_BACK_MS), $lte: at });
  await read(
    moved.filter((agent) => !folded.has(agent)),
    { $lte: at },
  );
  return [...settled, ...folded.values()];
}

const saidWithin = (from: Date, to: Date): Filter<EventDocument> => ({
  kind: "agent",
  type: { $in: [...PRESENCE_TYPES] },
  received_at: { $gt: from, $lte: to },
});

/** Reads events without their numbers and their places in the log. */
async function* readEvents(
  events: Collections["events"],
  filter: Filter<EventDocument>,
): AsyncGenerator<Event> {
  const found = events.find(filter, { ...reading, projection: { id: 0, source: 0 } });
  for await (const { _id, ...event } of found) yield { uuid: _id, ...event };
}

function hold(room: { bytes: number }, { payload }: Event): void {
  room.bytes -= Buffer.byteLength(payload);
  if (room.bytes < 0) throw new TooLarge("too many events: choose another moment");
}
