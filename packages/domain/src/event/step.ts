import { readQueue, readText } from "./text.ts";

/** The part of an event that is about the course of a call or about an agent. */
export type Step = {
  type: string;
  /** The queue that the event itself names. */
  queue: string | null;
  agent: StepAgent | null;
};

/** The agent that an event names: the login, else the extension, as written. `extension` may be the only name. */
export type StepAgent = { name: string; extension: string | null };

/**
 * Two events of these types that have equal stamps, queues and agents are one step: a sender wrote the same thing twice. Events of the
 * other types only describe a call.
 */
const STEP_TYPES: ReadonlySet<string> = new Set([
  ...["call.waiting", "call.overflow", "call.queue-abandon", "call.ongoing", "call.finished"],
  ...["actor.ringing", "actor.noanswer", "actor.entered", "actor.left"],
  ...["actor.logged-in", "actor.logged-out", "actor.paused", "actor.unpaused"],
]);

export const readStep = (type: string, body: Record<string, unknown>): Step => ({
  type,
  queue: readQueue(body.queue),
  agent: readAgent(type, body),
});

/** `number` is an extension in the events of agents only; in those of a dialer it is the number that was dialled. */
function readAgent(type: string, body: Record<string, unknown>): StepAgent | null {
  if (!type.startsWith("actor.")) return null;
  const extension = readText(body.number);
  const name = readText(body.actor) ?? extension;
  return name === null ? null : { name, extension };
}

/** Logins are compared without case. */
export const agentKey = (name: string): string => name.toLowerCase();

/**
 * Whether an event of a call names an agent of the call. An event that names a login is about that login; one that names an extension
 * alone, about the agent who has it.
 */
export function isSameAgent(
  known: { agent: string; extension: string | null },
  { name, extension }: StepAgent,
): boolean {
  if (agentKey(known.agent) === agentKey(name)) return true;
  const isByExtension = name === extension || known.agent === known.extension;
  return isByExtension && extension !== null && extension === known.extension;
}

/** Equal for two events that are one step; null for an event that never is the same step as another one. */
export const stepKey = ({ type, queue, agent }: Step, stampMs: number | null): string | null =>
  stampMs !== null && STEP_TYPES.has(type)
    ? JSON.stringify([type, stampMs, queue, agent && agentKey(agent.name)])
    : null;
