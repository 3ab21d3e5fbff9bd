import type { EventKind } from "./event.ts";

export type CallState = "NEW" | "STANDBY" | "WAITING" | "ONGOING" | "FINISHED";

/** One event type, as the gateway handles it. Source: the vendor's samples and simulators. */
export type Definition = {
  /** `either`: a call event if it carries a call_id, else an agent event. */
  kind: EventKind | "either";
  /** The position in the life cycle, which orders events of equal time. */
  rank: number;
  /** The state that the event leads a call to; null if it leaves the state as it is. */
  state: CallState | null;
};

/**
 * The rank of the end of the life cycle. It comes last among events of equal time, and no event of the life cycle
 * follows it.
 */
export const FINISHED_RANK = 8;
/** The rank of events outside the life cycle. They come after the other events of equal time. */
export const OTHER_RANK = 9;

const step = (rank: number, state: CallState | null = null) => ({ kind: "call" as const, rank, state });
const other = <Kind extends Definition["kind"]>(kind: Kind) => ({ kind, rank: OTHER_RANK, state: null });

/** The only place that lists the event types. */
const CATALOGUE = {
  "call.new": step(0, "NEW"),
  "call.standby": step(1, "STANDBY"),
  "call.waiting": step(2, "WAITING"),
  "actor.ringing": step(3),
  "actor.noanswer": step(3),
  "actor.entered": step(4),
  "call.ongoing": step(5, "ONGOING"),
  "actor.left": step(6),
  "call.queue-abandon": step(7),
  "call.overflow": step(7),
  "call.follow-me": step(7),
  "call.finished": step(FINISHED_RANK, "FINISHED"),
  "call.recording-available": other("call"),
  "call.data-provided": other("call"),
  "call.cpf-provided": other("call"),
  "call.cnpj-provided": other("call"),
  "actor.logged-in": other("agent"),
  "actor.logged-out": other("agent"),
  "actor.paused": other("agent"),
  "actor.unpaused": other("agent"),
  "peer.ringing": other("either"),
  "dialer.attempt": other("either"),
  "dialer.success": other("either"),
  "dialer.failure": other("either"),
  "dialer.expired": other("either"),
  "dialer.exceeded": other("either"),
} as const satisfies Record<string, Definition>;

/**
 * A type that the catalogue lists. Switches and tables over it are exhaustive: the compiler names each of them when a
 * type is added. A record that a newer release wrote may have another type, which is why `Event.type` is a string.
 */
export type EventType = keyof typeof CATALOGUE;

/** The types whose events never belong to a call: log-ins and pauses. */
export type AgentEventType = {
  [Type in EventType]: (typeof CATALOGUE)[Type]["kind"] extends "agent" ? Type : never;
}[EventType];

/** A Map, because a type that is named like a member of Object must be unknown. */
const definitions: ReadonlyMap<string, Definition> = new Map(Object.entries(CATALOGUE));

/** The spellings of types by older senders. */
const aliases: ReadonlyMap<string, EventType> = new Map([["call.on-going", "call.ongoing"]]);

/** Every type, as the catalogue spells it. */
export const eventTypes: readonly EventType[] = Object.keys(CATALOGUE) as EventType[];

export const isEventType = (type: string): type is EventType => definitions.has(type);

/** Returns a type in the spelling of the catalogue. An unknown type is returned unchanged. */
export const canonicalType = (type: string): string => aliases.get(type) ?? type;

export const findDefinition = (type: string): Definition | undefined => definitions.get(type);
