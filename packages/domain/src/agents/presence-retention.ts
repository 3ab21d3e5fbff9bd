import { isErased } from "../erasure/erasure.ts";
import { readBody } from "../event/body.ts";
import type { AgentEventType } from "../event/catalogue.ts";
import type { Event } from "../event/event.ts";
import { readQueue } from "../event/text.ts";
import { type ReadOccurrence, readOccurrence as readInUtc } from "../time/timestamp.ts";
import { joinQueues } from "./agent-queues.ts";
import { applyPresence, type FoldedPresence, isPresence, type QueuePresence } from "./presence.ts";

/**
 * Picks the log-ins and pauses of one agent that began by `time` and need not be kept. Returns "all" if none of them
 * need be kept, otherwise the uuids of those that a later event has replaced. An agent who logged in long ago and still
 * takes calls stays logged in. An agent without a newer event or call (`isHeardOf` is false) has left, and none of its
 * events need be kept. Pure.
 */
export function pickOutdated(
  statements: readonly Event[],
  { time, isHeardOf }: { time: Date; isHeardOf: boolean },
  readOccurrence = readInUtc,
): "all" | string[] {
  const isOld = (event: Event) =>
    isErased(event, { kind: "agent", key: event.aggregate_id, erased_at: time });
  const [old, rest] = [statements.filter(isOld), statements.filter((event) => !isOld(event))];
  const presence = applyPresence(null, statements, readOccurrence);
  if (!presence) return "all";
  const standsOn = (events: readonly Event[]) =>
    retainedTextOf(applyPresence(null, events, readOccurrence)) === retainedTextOf(presence);
  if ((rest.length === 0 && !isHeardOf) || standsOn(rest)) return "all";
  const inForce = old.filter((event) => isInForce(event, presence, readOccurrence));
  // log-ins and log-outs of one second may hide each other; in this case all events are kept for now
  if (!standsOn([...inForce, ...rest])) return [];
  const kept = new Set(inForce);
  return old.filter((event) => !kept.has(event)).map(({ uuid }) => uuid);
}

/** The present state of an agent, and the extension by which calls may name the agent, as a text to compare. */
function retainedTextOf(presence: FoldedPresence | null): string {
  if (!presence) return "";
  const { in: queues, logged_out } = joinQueues([presence]);
  const { is_extension, extensions } = presence;
  const extension = extensions.at(-1)?.extension;
  return JSON.stringify([is_extension, extension, queues, queues.length > 0 ? null : logged_out]);
}

const MOMENTS: Readonly<Record<AgentEventType, (queue: QueuePresence) => Date | null | undefined>> = {
  "actor.logged-in": ({ logged_in }) => logged_in,
  "actor.logged-out": ({ logged_out }) => logged_out,
  "actor.paused": ({ paused }) => paused?.at,
  "actor.unpaused": ({ unpaused }) => unpaused,
};

/** Returns whether an event is the last of its type in its queue, or the last log-in with an extension. */
function isInForce(
  event: Event,
  { queues, extensions }: FoldedPresence,
  readOccurrence: ReadOccurrence,
): boolean {
  if (!isPresence(event)) return false;
  const { type, payload, received_at } = event;
  const body = readBody(payload);
  const at = readOccurrence(body.timestamp, received_at)?.ms ?? received_at.getTime();
  const queue = queues.find((each) => each.queue === readQueue(body.queue));
  const last = queue && MOMENTS[type](queue);
  return last?.getTime() === at || (type === "actor.logged-in" && extensions.at(-1)?.at.getTime() === at);
}
