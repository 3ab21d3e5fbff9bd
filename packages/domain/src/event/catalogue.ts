import type { EventKind } from "./event.ts";

export type CallState = "NEW" | "STANDBY" | "WAITING" | "ONGOING" | "FINISHED";

/** What the gateway knows of one event type. Source: the vendor's samples and simulators. */
export type Definition = {
  /** `either`: a call event where it carries a call_id, else an agent event. */
  kind: EventKind | "either";
  /** Where it stands in the life cycle, among events of equal time. */
  rank: number;
  /** The state a call is in after it; null = it says nothing of the state. */
  state: CallState | null;
};

/** Ends the life cycle: comes last of its time and absorbs what follows. */
export const FINISHED_RANK = 8;
/** Stands outside the life cycle: comes after its group. */
export const OTHER_RANK = 9;

const step = (rank: number, state: CallState | null = null): Definition => ({ kind: "call", rank, state });
const other = (kind: Definition["kind"]): Definition => ({ kind, rank: OTHER_RANK, state: null });

/** The only place that knows the event types. A Map: a type named like a member of Object is unknown here. */
const catalogue: ReadonlyMap<string, Definition> = new Map([
  ["call.new", step(0, "NEW")],
  ["call.standby", step(1, "STANDBY")],
  ["call.waiting", step(2, "WAITING")],
  ["actor.ringing", step(3)],
  ["actor.noanswer", step(3)],
  ["actor.entered", step(4)],
  ["call.ongoing", step(5, "ONGOING")],
  ["actor.left", step(6)],
  ["call.queue-abandon", step(7)],
  ["call.overflow", step(7)],
  ["call.follow-me", step(7)],
  ["call.finished", step(FINISHED_RANK, "FINISHED")],
  ["call.recording-available", other("call")],
  ["call.data-provided", other("call")],
  ["call.cpf-provided", other("call")],
  ["call.cnpj-provided", other("call")],
  ["actor.logged-in", other("agent")],
  ["actor.logged-out", other("agent")],
  ["actor.paused", other("agent")],
  ["actor.unpaused", other("agent")],
  ["peer.ringing", other("either")],
  ["dialer.attempt", other("either")],
  ["dialer.success", other("either")],
  ["dialer.failure", other("either")],
  ["dialer.expired", other("either")],
  ["dialer.exceeded", other("either")],
]);

/** Spellings of older senders. */
const aliases: ReadonlyMap<string, string> = new Map([["call.on-going", "call.ongoing"]]);

/** Every type, spelt as the catalogue does. */
export const eventTypes: readonly string[] = [...catalogue.keys()];

export const canonicalType = (type: string): string => aliases.get(type) ?? type;

export const findDefinition = (type: string): Definition | undefined => catalogue.get(type);
