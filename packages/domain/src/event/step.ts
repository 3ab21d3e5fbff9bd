import { type EventType, isEventType } from "./catalogue.ts";
import { readQueue, readText } from "./text.ts";

/** The part of an event that concerns the course of a call or an agent. */
export type Step = {
  /**
   * Null for a type that only a newer release knows: the event adds fields to the call, and is not a step of its
   * course.
   */
  type: EventType | null;
  /** The queue that the event itself names. */
  queue: string | null;
  agent: StepAgent | null;
};

/** The agent that an event names: the login, or else the extension, as written. `extension` may be the only name. */
export type StepAgent = { name: string; extension: string | null };

export const readStep = (type: string, body: Record<string, unknown>): Step => ({
  type: isEventType(type) ? type : null,
  queue: readQueue(body.queue),
  agent: readAgent(type, body),
});

/** `number` is an extension in events of agents only; in events of a dialer it is the dialled number. */
function readAgent(type: string, body: Record<string, unknown>): StepAgent | null {
  if (!type.startsWith("actor.")) return null;
  const extension = readText(body.number);
  const name = readText(body.actor) ?? extension;
  return name === null ? null : { name, extension };
}

/** The key of an agent. Logins are compared without case. */
export const agentKey = (name: string): string => name.toLowerCase();

/**
 * Returns whether an event of a call names this agent of the call. An event with a login names that login. An event
 * with an extension alone names the agent who has the extension.
 */
export function isSameAgent(
  known: { agent: string; extension: string | null },
  { name, extension }: StepAgent,
): boolean {
  if (agentKey(known.agent) === agentKey(name)) return true;
  const isByExtension = name === extension || known.agent === known.extension;
  return isByExtension && extension !== null && extension === known.extension;
}

/** A key that is equal for two events that are one step. Null for an event that is always a separate step. */
export const stepKey = ({ type, queue, agent }: Step, stampMs: number | null): string | null =>
  stampMs !== null && canBeRepeated(type)
    ? JSON.stringify([type, stampMs, queue, agent && agentKey(agent.name)])
    : null;

/**
 * Returns whether two events of this type with equal stamps, queues and agents are one step that the sender wrote
 * twice. Events of the other types only add fields to a call.
 */
function canBeRepeated(type: EventType | null): boolean {
  switch (type) {
    case "call.waiting":
    case "actor.ringing":
    case "actor.noanswer":
    case "actor.entered":
    case "call.ongoing":
    case "actor.left":
    case "call.queue-abandon":
    case "call.overflow":
    case "call.finished":
    case "actor.logged-in":
    case "actor.logged-out":
    case "actor.paused":
    case "actor.unpaused":
      return true;
    case "call.new":
    case "call.standby":
    case "call.follow-me":
    case "call.recording-available":
    case "call.data-provided":
    case "call.cpf-provided":
    case "call.cnpj-provided":
    case "peer.ringing":
    case "dialer.attempt":
    case "dialer.success":
    case "dialer.failure":
    case "dialer.expired":
    case "dialer.exceeded":
    case null:
      return false;
  }
}
