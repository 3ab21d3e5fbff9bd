/** One stored event: two deliveries with the same uuid are the same event. */
export type OracleEvent = {
  uuid: string;
  /** The parsed JSON object. */
  body: Readonly<Record<string, unknown>>;
  received_at: Date;
};

/** An agent as one event names it: by login, by extension, or by both. */
export type Named = { login: string | null; extension: string | null };

/**
 * One step of a call or of an agent: an event, or several equal events that count as one. Moments are ms since the
 * epoch.
 */
export type Step = Named & {
  type: string;
  call_id: string | null;
  /** The stamp; without one, the moment of the reception. */
  at: number;
  isStamped: boolean;
  /** A stamp without milliseconds is equal to every stamp of its second. */
  isWholeSecond: boolean;
  received: number;
  /** The latest reception of the equal events. */
  last_received: number;
  uuid: string;
  queue: string | null;
  direction: string | null;
  their_number: string | null;
};

const DAY_MS = 86_400_000;

/** Equal events of these types count as one step, and so do those of every `actor.*` type. */
const MERGED = ["call.waiting", "call.overflow", "call.queue-abandon", "call.ongoing", "call.finished"];

/** Types of agents' events that belong to no call. */
export const PRESENCE = ["actor.logged-in", "actor.logged-out", "actor.paused", "actor.unpaused"];

/** Returns the steps of all events, in no order. */
export function readSteps(events: readonly OracleEvent[]): Step[] {
  const steps: Step[] = [];
  for (const event of firstReceptions(events)) {
    const step = readStep(event);
    const equal = steps.find((each) => isSameStep(each, step));
    if (equal) mergeInto(equal, step);
    else steps.push(step);
  }
  return steps;
}

/** Returns each event once, with its first reception; sorted by reception, then by uuid. */
function firstReceptions(events: readonly OracleEvent[]): OracleEvent[] {
  const first = new Map<string, OracleEvent>();
  for (const event of events) {
    const known = first.get(event.uuid);
    if (!known || event.received_at < known.received_at) first.set(event.uuid, event);
  }
  return [...first.values()].sort(
    (a, b) => a.received_at.getTime() - b.received_at.getTime() || (a.uuid < b.uuid ? -1 : 1),
  );
}

function readStep({ uuid, body, received_at }: OracleEvent): Step {
  const received = received_at.getTime();
  const type = textOf(body.type) ?? "";
  const stamp = readStamp(body.timestamp, received);
  const isOfActor = type.startsWith("actor.");
  return {
    type: type === "call.on-going" ? "call.ongoing" : type,
    call_id: PRESENCE.includes(type) ? null : textOf(body.call_id),
    at: stamp?.at ?? received,
    isStamped: stamp !== null,
    isWholeSecond: stamp?.isWholeSecond ?? false,
    received,
    last_received: received,
    uuid,
    queue: textOf(body.queue),
    login: isOfActor ? textOf(body.actor) : null,
    extension: isOfActor ? textOf(body.number) : null,
    direction: textOf(body.direction),
    their_number: textOf(body.their_number),
  };
}

/** Returns a text of 1 to 256 characters as it is, a JSON number as a text, else null. */
export function textOf(value: unknown): string | null {
  if (typeof value === "number") return String(value);
  return typeof value === "string" && value !== "" && value.length <= 256 ? value : null;
}

const ISO_8601 = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/;

export function readStamp(value: unknown, received: number): { at: number; isWholeSecond: boolean } | null {
  const stamp = parseStamp(String(value ?? ""));
  if (!stamp) return null;
  const year = new Date(stamp.at).getUTCFullYear();
  return year >= 2000 && year <= 2100 && stamp.at <= received + DAY_MS ? stamp : null;
}

function parseStamp(text: string): { at: number; isWholeSecond: boolean } | null {
  if (/^\d{10}$/.test(text)) return { at: Number(text) * 1_000, isWholeSecond: true };
  if (/^\d{13}$/.test(text)) return { at: Number(text), isWholeSecond: false };
  const match = ISO_8601.exec(text);
  if (!match) return null;
  const [, day, time, fraction, zone] = match;
  const at = Date.parse(`${day}T${time}${fraction ?? ""}${withColon(zone ?? "Z")}`);
  return Number.isNaN(at) ? null : { at, isWholeSecond: fraction === undefined };
}

const withColon = (zone: string): string => zone.replace(/^(.\d\d)(\d\d)$/, "$1:$2");

/** Returns the name of an agent as the event writes it: the login, else the extension. */
export const nameOf = ({ login, extension }: Named): string | null => login ?? extension;

function isSameStep(a: Step, b: Step): boolean {
  if (!MERGED.includes(a.type) && !a.type.startsWith("actor.")) return false;
  if (!a.isStamped || !b.isStamped) return false;
  return (
    a.type === b.type &&
    a.call_id === b.call_id &&
    a.at === b.at &&
    a.queue === b.queue &&
    nameOf(a)?.toLowerCase() === nameOf(b)?.toLowerCase()
  );
}

/** Merges an equal step into the one that was received earlier. Each field comes from the last event that has it. */
function mergeInto(step: Step, later: Step): void {
  step.login = later.login ?? step.login;
  step.extension = later.extension ?? step.extension;
  step.direction = later.direction ?? step.direction;
  step.their_number = later.their_number ?? step.their_number;
  step.last_received = later.last_received;
  step.isWholeSecond = step.isWholeSecond && later.isWholeSecond;
}

const secondOf = (at: number): number => Math.floor(at / 1_000);

export const isSameSecond = (a: number, b: number): boolean => secondOf(a) === secondOf(b);

/** Returns whether `a` is earlier than `b`. False in both directions for equal times. */
export function isBefore(a: Step, b: Step): boolean {
  if (!isSameSecond(a.at, b.at)) return a.at < b.at;
  return !a.isWholeSecond && !b.isWholeSecond && a.at < b.at;
}

export const byReception = (a: Step, b: Step): number =>
  a.received - b.received || (a.uuid < b.uuid ? -1 : 1);
