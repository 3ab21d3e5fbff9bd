import { type CallState, findDefinition } from "../event/catalogue.ts";
import type { Event } from "../event/event.ts";
import { agentKey } from "../event/step.ts";
import { readQueue, readText } from "../event/text.ts";
import { createReadTelephone, type ReadTelephone } from "../telephone/phone-number.ts";
import { createReadOccurrence } from "../time/timestamp.ts";
import { countedAs } from "./direction.ts";
import type { FoldRules } from "./fold-rules.ts";
import type { Fold, FoldedCall } from "./folded-call.ts";
import { type OrderedEvent, withOrderKeys } from "./order.ts";
import { ringsOf } from "./rings.ts";
import { beginStory, endStory, type Story, takeStep } from "./story.ts";
import { lastOnCall } from "./talks.ts";

/**
 * The revision of the fold. Raise it if foldCall makes different calls from the same events. All calls are then folded
 * again.
 */
export const FOLD_REVISION = 4;

/**
 * Creates the fold of an account. A call is a pure function of the set of its events: neither their order nor
 * repetition changes it. If a redelivery has another `received_at`, the smallest counts. The fold of no events is null.
 */
export function createFold({ region, senderZone }: FoldRules): Fold {
  const readTelephone = createReadTelephone(region);
  const readOccurrence = createReadOccurrence(senderZone);
  const fold = (events: readonly Event[]): FoldedCall | null => {
    const distinct = earliestDeliveries(events);
    return distinct.length > 0 ? foldEvents(withOrderKeys(distinct, readOccurrence), readTelephone) : null;
  };
  return Object.assign(fold, { revision: FOLD_REVISION, readOccurrence });
}

/** The fold of an account in Brazil whose stamps without a zone are UTC. */
export const foldCall = createFold({ region: "BR", senderZone: "UTC" });

function earliestDeliveries(events: readonly Event[]): Event[] {
  const earliest = new Map<string, Event>();
  for (const event of events) {
    const known = earliest.get(event.uuid);
    if (!known || event.received_at < known.received_at) earliest.set(event.uuid, event);
  }
  return [...earliest.values()];
}

function foldEvents(placed: readonly OrderedEvent[], readTelephone: ReadTelephone): FoldedCall {
  const events = placed.map(({ event }) => event);
  const said = beginDescription();
  const story = beginStory();
  for (const each of placed) {
    describe(said, each);
    if (!each.isTwin)
      takeStep(story, { ...each.step, at: new Date(each.ms), whole: each.whole, lastQueue: said.queue });
  }
  endStory(story);
  const received = placed.map(({ receivedMs }) => receivedMs);
  const counted_as = countedAs(said.direction, events);
  const state = stateOf(story, placed);
  return {
    aggregate_id: events[0]!.aggregate_id,
    state,
    began_at: new Date(least(placed.map(({ ms }) => ms))),
    created_at: new Date(least(received)),
    updated_at: new Date(greatest(received)),
    ...said,
    ...nameNumbers(said, readTelephone),
    counted_as,
    ...concludedFrom(story, { counted_as, state }),
    events: events.length,
    fold: FOLD_REVISION,
  };
}

const least = (values: readonly number[]): number => values.reduce((one, other) => Math.min(one, other));
const greatest = (values: readonly number[]): number => values.reduce((one, other) => Math.max(one, other));

/** The fields of a call that any event may set. The last value that is not empty counts. */
type Description = Pick<
  FoldedCall,
  "code" | "direction" | "our_number" | "their_number" | "their_number_type" | "queue" | "recording_url"
>;

const beginDescription = (): Description => ({
  code: null,
  direction: null,
  our_number: null,
  their_number: null,
  their_number_type: null,
  queue: null,
  recording_url: null,
});

function describe(said: Description, { step, body }: OrderedEvent): void {
  for (const field of ["code", "direction", "our_number", "their_number", "their_number_type"] as const)
    said[field] = readText(body[field]) ?? said[field];
  said.queue = readQueue(body.queue) ?? said.queue;
  if (step.type === "call.recording-available") said.recording_url = readText(body.url) ?? said.recording_url;
}

function nameNumbers({ our_number, their_number }: Description, readTelephone: ReadTelephone) {
  const [ours, theirs] = [readTelephone(our_number), readTelephone(their_number)];
  return {
    our_number_canonical: ours?.canonical ?? null,
    our_number_display: ours?.display ?? null,
    their_number_canonical: theirs?.canonical ?? null,
    their_number_display: theirs?.display ?? null,
  };
}

/**
 * Returns the state of a call. A call that has ended is FINISHED. Otherwise the last event that leads to a state
 * decides. Without such an event the call is NEW.
 */
function stateOf({ finished_at }: Story, placed: readonly OrderedEvent[]): CallState {
  if (finished_at) return "FINISHED";
  const states = placed.map(({ event, isTwin }) => (isTwin ? null : findDefinition(event.type)?.state));
  return states.findLast((state) => state && state !== "NEW") ?? "NEW";
}

function concludedFrom(story: Story, { counted_as, state }: Pick<FoldedCall, "counted_as" | "state">) {
  const { visits, talks, rings, direct_at, connected_at, finished_at } = story;
  const legs = visits.all;
  const answers = [...legs.map(({ answered_at }) => answered_at), direct_at].filter((at) => at !== null);
  const gaveUp = counted_as === "inbound" ? legs.filter(({ outcome }) => outcome === "ABANDONED") : [];
  return {
    actor: lastOnCall(talks.present),
    waiting_since: waitingSince(story, state),
    answered_at: answers.length > 0 ? new Date(least(answers.map(Number))) : null,
    connected_at,
    finished_at,
    abandoned: gaveUp.length > 0 && gaveUp.at(-1) === legs.at(-1),
    abandoned_at: gaveUp.at(-1)?.ended_at ?? null,
    legs,
    talks: talks.all,
    rings: ringsOf(rings),
    queues: distinct(legs.flatMap(({ queue }) => queue ?? [])),
    agents: distinct(talks.all.map(({ agent }) => agentKey(agent))),
  };
}

function waitingSince({ visits: { all, open }, talks }: Story, state: CallState): Date | null {
  if (open && !open.visit.answered_at) return open.visit.entered_at;
  if (state !== "WAITING" || talks.present.length > 0) return null;
  // after an overflow, or the agent left before call.ongoing confirmed the answer
  return all.at(-1)?.entered_at ?? null;
}

const distinct = (names: readonly string[]): string[] => [...new Set(names)].sort();
