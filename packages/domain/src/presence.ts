import { readBody } from "./body.ts";
import type { Event } from "./event.ts";
import { stampEvent } from "./stamp-event.ts";
import { readQueue, readText } from "./text.ts";
import { readOccurrence as readInUtc } from "./timestamp.ts";

/** The last that was said of one thing. Of two of the same time the one that is true counts, then the uuid decides. */
export type Said = { is: boolean; at: Date; uuid: string };

/** Where an agent stands in one queue. */
export type QueuePresence = {
  /** Null where the sender names none. */
  queue: string | null;
  /** Null where neither a log-in nor a log-out was told. */
  logged_in: Said | null;
  /** `reason` as the sender gives it. */
  paused: (Said & { reason: string | null }) | null;
};

/** An agent as the agent events of its key tell it: a log-in, a log-out, a pause and its end each are told for each queue. */
export type FoldedPresence = {
  agent: string;
  /** By name. */
  queues: readonly QueuePresence[];
  /** The last received_at. */
  updated_at: Date;
};

/** As it is kept: the version grows with each change, max(previous + 1, now in ms). */
export type Presence = FoldedPresence & { version: number };

/** What an event type says. */
const SAYS: ReadonlyMap<string, { of: "logged_in" | "paused"; is: boolean }> = new Map([
  ["actor.logged-in", { of: "logged_in", is: true }],
  ["actor.logged-out", { of: "logged_in", is: false }],
  ["actor.paused", { of: "paused", is: true }],
  ["actor.unpaused", { of: "paused", is: false }],
]);

export const PRESENCE_TYPES: readonly string[] = [...SAYS.keys()];

/** The others that belong to no call are a dialer's: their key is no agent. */
export const isPresence = ({ kind, type }: Pick<Event, "kind" | "type">): boolean =>
  kind === "agent" && SAYS.has(type);

/** No agent serves more: of one that somebody makes up the latest are kept. */
export const MAX_QUEUES = 500;

/**
 * An agent after more of its events. What counts of each queue is the last by time, so neither their order nor repetition changes it, and
 * what was folded need not be read again; but for an event whose received_at became earlier: then all of them. Null where there
 * are none.
 */
export function applyPresence(
  presence: FoldedPresence | null,
  events: readonly Event[],
  readOccurrence = readInUtc,
): FoldedPresence | null {
  const stamped = events.filter(isPresence).map((event) => stampEvent(event, readOccurrence));
  return stamped.reduce(applyEvent, presence);
}

function applyEvent(presence: FoldedPresence | null, event: Event): FoldedPresence {
  const { aggregate_id: agent, received_at, payload } = event;
  const known = presence ?? { agent, queues: [], updated_at: received_at };
  const body = readBody(payload);
  const queue = readQueue(body.queue);
  const before = known.queues.find((each) => each.queue === queue);
  const after = say(before ?? { queue, logged_in: null, paused: null }, event, readText(body.reason));
  const others = known.queues.filter((each) => each !== before);
  return {
    agent,
    queues: latestQueues([...others, after]),
    updated_at: new Date(Math.max(received_at.getTime(), known.updated_at.getTime())),
  };
}

function say(presence: QueuePresence, event: Event, reason: string | null): QueuePresence {
  const { of, is } = SAYS.get(event.type)!;
  const said = { is, at: event.occurred_at ?? event.received_at, uuid: event.uuid };
  if (!isLater(said, presence[of])) return presence;
  return of === "paused"
    ? { ...presence, paused: { ...said, reason: is ? reason : null } }
    : { ...presence, logged_in: said };
}

function isLater(said: Said, known: Said | null): boolean {
  if (!known) return true;
  const earlier = known.at.getTime() - said.at.getTime() || Number(known.is) - Number(said.is);
  return earlier === 0 ? known.uuid < said.uuid : earlier < 0;
}

function latestQueues(queues: QueuePresence[]): QueuePresence[] {
  const kept =
    queues.length > MAX_QUEUES
      ? queues.toSorted((one, other) => lastSaid(other) - lastSaid(one)).slice(0, MAX_QUEUES)
      : queues;
  return kept.sort(byQueue);
}

const lastSaid = ({ logged_in, paused }: QueuePresence): number =>
  Math.max(logged_in?.at.getTime() ?? 0, paused?.at.getTime() ?? 0);

const byQueue = ({ queue: one }: QueuePresence, { queue: other }: QueuePresence): number =>
  (one ?? "") < (other ?? "") ? -1 : 1;
