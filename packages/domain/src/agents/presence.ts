import { readBody } from "../event/body.ts";
import type { AgentEventType } from "../event/catalogue.ts";
import type { Event } from "../event/event.ts";
import { readQueue, readText } from "../event/text.ts";
import { type ReadOccurrence, readOccurrence as readInUtc } from "../time/timestamp.ts";
import { latestOf, secondOf } from "../time/window.ts";

/** The state of an agent in one queue: the time of the last event of each kind. Null if there was none. */
export type QueuePresence = {
  /** Null if the event names no queue: a log-out, a pause and the end of a pause then apply to all queues. */
  queue: string | null;
  logged_in: Date | null;
  logged_out: Date | null;
  /** `reason` as the sender gives it. */
  paused: { at: Date; reason: string | null } | null;
  unpaused: Date | null;
};

/**
 * The state of an agent, derived from the agent events of one key. Log-ins, log-outs, pauses and their ends are sent
 * for each queue.
 */
export type FoldedPresence = {
  /** The key as written: the login, else the extension. */
  agent: string;
  /** True if no event of the key names a login. */
  is_extension: boolean;
  /** Sorted by name. */
  queues: readonly QueuePresence[];
  /** The latest log-ins with an extension, oldest first. */
  extensions: readonly { extension: string; at: Date }[];
  /** The latest log-ins after a log-out, oldest first. */
  returns: readonly { out: Date; in: Date }[];
  /** The latest time of its events. */
  said_at: Date;
  /** The latest `received_at` of its events. */
  updated_at: Date;
};

/** An agent as it is stored. The version grows with each change: max(previous + 1, now in ms). */
export type Presence = FoldedPresence & { version: number };

type Family = "login" | "pause";

/**
 * The meaning of each type of event: two types are a pair, one of which is `on`. If both events of a pair come at the
 * same moment and no event came before, the one that is not `on` is applied last and counts.
 */
const SAYS: Readonly<Record<AgentEventType, { family: Family; on: boolean }>> = {
  "actor.logged-in": { family: "login", on: true },
  "actor.logged-out": { family: "login", on: false },
  "actor.paused": { family: "pause", on: true },
  "actor.unpaused": { family: "pause", on: false },
};

export const PRESENCE_TYPES = Object.keys(SAYS) as readonly AgentEventType[];

/**
 * Returns whether an event is a log-in, a log-out, a pause or the end of a pause. The other events that belong to no
 * call come from a dialer, and their key is not an agent.
 */
export const isPresence = <E extends Pick<Event, "kind" | "type">>(
  event: E,
): event is E & { type: AgentEventType } => event.kind === "agent" && Object.hasOwn(SAYS, event.type);

/**
 * The maximum number of queues that are kept for an agent. No real agent serves more. If a sender invents more, the
 * latest are kept.
 */
export const MAX_QUEUES = 500;
/** The maximum number of log-ins that are kept: two a day for a month. */
const MAX_EXTENSIONS = 60;
const MAX_RETURNS = 60;

/** One event about an agent, as it is read. */
type Statement = {
  uuid: string;
  family: Family;
  on: boolean;
  queue: string | null;
  at: Date;
  /** True if the stamp has no milliseconds: it is equal to every other stamp of its second. */
  whole: boolean;
  reason: string | null;
  login: string | null;
  extension: string | null;
  receivedAt: Date;
};

/**
 * Applies more events of an agent, in any order and with any repetition. The result equals the fold of all its events
 * together if each new event is later than the known ones: see `isLater`. Null if there are no events.
 */
export function applyPresence(
  presence: FoldedPresence | null,
  events: readonly Event[],
  readOccurrence = readInUtc,
): FoldedPresence | null {
  const statements = events.filter(isPresence).map((event) => readStatement(event, readOccurrence));
  const [first] = events.filter(isPresence);
  if (!first) return presence;
  const bySecond = Map.groupBy(statements, ({ at }) => secondOf(at));
  const seconds = [...bySecond].sort(([one], [other]) => one - other);
  const known = presence ?? beginPresence(first);
  const after = seconds.reduce((before, [, second]) => applySecond(before, second), known);
  const is_extension = known.is_extension && statements.every(({ login }) => login === null);
  return { ...after, is_extension, queues: latestQueues(after.queues) };
}

/**
 * Returns whether a known agent can be extended by these events: each of them belongs to a later second, or is the only
 * event of the last second about its queue. Otherwise the agent must be folded from all its events.
 */
export function isLater(
  presence: FoldedPresence,
  events: readonly Event[],
  readOccurrence = readInUtc,
): boolean {
  const last = secondOf(presence.said_at);
  const statements = events.filter(isPresence).map((event) => readStatement(event, readOccurrence));
  return statements.every((statement) => {
    const second = secondOf(statement.at);
    return second > last || (second === last && isAlone(presence, statement.queue, second));
  });
}

/** Returns whether no event of this second is about this queue or about all queues. */
const isAlone = ({ queues }: FoldedPresence, queue: string | null, second: number): boolean =>
  queue !== null &&
  queues
    .filter((each) => each.queue === queue || each.queue === null)
    .every((each) => secondOf(new Date(lastSaid(each))) !== second);

const beginPresence = ({ aggregate_id: agent, received_at }: Event): FoldedPresence => ({
  agent,
  is_extension: true,
  queues: [],
  extensions: [],
  returns: [],
  said_at: new Date(0),
  updated_at: received_at,
});

function readStatement(
  { uuid, type, payload, received_at }: Event & { type: AgentEventType },
  readOccurrence: ReadOccurrence,
): Statement {
  const body = readBody(payload);
  const stamp = readOccurrence(body.timestamp, received_at);
  return {
    uuid,
    ...SAYS[type],
    queue: readQueue(body.queue),
    at: stamp ? new Date(stamp.ms) : received_at,
    whole: stamp?.whole ?? false,
    reason: readText(body.reason),
    login: readText(body.actor),
    extension: readText(body.number),
    receivedAt: received_at,
  };
}

function applySecond(presence: FoldedPresence, second: readonly Statement[]): FoldedPresence {
  const ordered = inOrder(second);
  const groups = Map.groupBy(ordered, ({ family, queue }) => JSON.stringify([family, queue]));
  const counted = [...groups.values()].flatMap((group) => countedOf(group, presence));
  const applied = counted.reduce(applyStatement, presence);
  return {
    ...applied,
    extensions: ordered.reduce(addExtension, presence.extensions),
    said_at: latest([presence.said_at, ...second.map(({ at }) => at)]),
    updated_at: latest([presence.updated_at, ...second.map(({ receivedAt }) => receivedAt)]),
  };
}

/**
 * Picks the statements that count among those of one second, one family and one queue. If both events of a pair came,
 * and one stamp has no milliseconds or both stamps are equal, their order is unknown and none of them counts. If no
 * event came before that second, all of them count, and those that are `on` are applied first.
 */
function countedOf(group: readonly Statement[], presence: FoldedPresence): readonly Statement[] {
  const isPair = group.some(({ on }) => on) && group.some(({ on }) => !on);
  const isOrdered = group.every(({ whole }) => !whole) && new Set(group.map(({ at }) => +at)).size > 1;
  if (!isPair || isOrdered) return group;
  if (presence.queues.length > 0) return [];
  const [last, ons] = [latest(group.map(({ at }) => at)), group.filter(({ on }) => on)];
  return [...ons, ...group.filter(({ on }) => !on).map((each) => ({ ...each, at: last }))];
}

/**
 * Sorts statements by their stamps. If any stamp has no milliseconds, sorts them by reception instead; a stamp without
 * milliseconds then counts as no earlier than the stamps before it.
 */
function inOrder(second: readonly Statement[]): Statement[] {
  const isExact = second.every(({ whole }) => !whole);
  const sorted = second.toSorted(
    (one, other) => (isExact ? one.at.getTime() - other.at.getTime() : 0) || byReception(one, other),
  );
  let last = sorted[0]!.at;
  return sorted.map((each) => {
    last = latest([last, each.at]);
    return each.whole ? { ...each, at: last } : each;
  });
}

const byReception = (one: Statement, other: Statement): number =>
  one.receivedAt.getTime() - other.receivedAt.getTime() || (one.uuid < other.uuid ? -1 : 1);

function applyStatement(presence: FoldedPresence, statement: Statement): FoldedPresence {
  const { queue, family, on } = statement;
  const isKnown = presence.queues.some((each) => each.queue === queue);
  const empty = { queue, logged_in: null, logged_out: null, paused: null, unpaused: null };
  const known = isKnown ? presence.queues : [...presence.queues, empty];
  const isOfAll = queue === null && !(family === "login" && on);
  const queues = known.map((each) => (isOfAll || each.queue === queue ? say(each, statement) : each));
  return { ...presence, queues, returns: addReturn(presence, statement) };
}

/** At equal moments the statement that is applied later counts. */
function say(presence: QueuePresence, { family, on, at, reason }: Statement): QueuePresence {
  if (family === "login") {
    if (on) return isNewer(at, presence.logged_in) ? logInAt(presence, at) : presence;
    return isNewer(at, presence.logged_out) ? { ...presence, logged_out: at } : presence;
  }
  if (on) return isNewer(at, presence.paused?.at) ? pauseAt(presence, at, reason) : presence;
  return isNewer(at, presence.unpaused) ? { ...presence, unpaused: at } : presence;
}

const logInAt = (presence: QueuePresence, at: Date): QueuePresence => ({
  ...presence,
  logged_in: at,
  logged_out: isSame(presence.logged_out, at) ? null : presence.logged_out,
  paused: isSame(presence.paused?.at, at) ? null : presence.paused,
});

const pauseAt = (presence: QueuePresence, at: Date, reason: string | null): QueuePresence => ({
  ...presence,
  paused: { at, reason },
  unpaused: isSame(presence.unpaused, at) ? null : presence.unpaused,
});

const isSame = (one: Date | null | undefined, other: Date): boolean => one?.getTime() === other.getTime();

const isNewer = (at: Date, known: Date | null | undefined): boolean => !known || at > known;

/** Adds a log-in that came after a log-out. */
function addReturn({ returns, queues }: FoldedPresence, { family, on, at }: Statement): Returns {
  if (family !== "login" || !on) return returns;
  const out = latestOf(queues.map(({ logged_out }) => logged_out));
  const isReturn = out !== null && out < at && isNewer(out, returns.at(-1)?.in);
  return isReturn ? [...returns, { out, in: at }].slice(-MAX_RETURNS) : returns;
}

type Returns = FoldedPresence["returns"];
type Extensions = FoldedPresence["extensions"];

/** Adds the extension of a log-in, even if the log-in changes nothing else. */
function addExtension(extensions: Extensions, { family, on, at, extension }: Statement): Extensions {
  if (family !== "login" || !on || extension === null) return extensions;
  const isKnown = extensions.some((each) => each.extension === extension && +each.at === +at);
  return isKnown ? extensions : [...extensions, { extension, at }].slice(-MAX_EXTENSIONS);
}

function latestQueues(queues: readonly QueuePresence[]): QueuePresence[] {
  const kept =
    queues.length > MAX_QUEUES
      ? queues.toSorted((one, other) => lastSaid(other) - lastSaid(one)).slice(0, MAX_QUEUES)
      : [...queues];
  return kept.sort(byQueue);
}

const lastSaid = ({ logged_in, logged_out, paused, unpaused }: QueuePresence): number =>
  Math.max(...[logged_in, logged_out, paused?.at, unpaused].map((at) => at?.getTime() ?? 0));

const latest = (dates: readonly Date[]): Date => new Date(Math.max(...dates.map(Number)));

const byQueue = ({ queue: one }: QueuePresence, { queue: other }: QueuePresence): number =>
  (one ?? "") < (other ?? "") ? -1 : 1;
