import { findDefinition } from "./catalogue.ts";
import type { Event } from "./event.ts";
import type { FoldRules } from "./fold-rules.ts";
import { applyToLegs, type Leg } from "./legs.ts";
import { applyToOffers, type Offer } from "./offers.ts";
import { type PlacedEvent, placeEvents } from "./order.ts";
import { createReadTelephone, type ReadTelephone } from "./phone-number.ts";
import type { Fold } from "./ports.ts";
import { readQueue, readText } from "./text.ts";
import { createReadOccurrence } from "./timestamp.ts";

export type CallState = "NEW" | "STANDBY" | "WAITING" | "ONGOING" | "FINISHED";

/** A call as its events tell it. Missing is null, never absent. Strings are kept up to 256 UTF-16 units. */
export type FoldedCall = {
  aggregate_id: string;
  state: CallState;
  created_at: Date;
  updated_at: Date;
  code: string | null;
  direction: string | null;
  our_number: string | null;
  their_number: string | null;
  /** A number in the form that all its spellings share, and as people read it. Null if it is hidden or no number. */
  our_number_canonical: string | null;
  our_number_display: string | null;
  their_number_canonical: string | null;
  their_number_display: string | null;
  their_number_type: string | null;
  queue: string | null;
  actor: string | null;
  waiting_since: Date | null;
  answered_at: Date | null;
  finished_at: Date | null;
  abandoned: boolean;
  recording_url: string | null;
  /** Its stays in queues, oldest first: what all numbers of the board are made of. */
  legs: readonly Leg[];
  /** The agents it was offered to, and who of them talked. */
  offers: readonly Offer[];
  /** How many different events the call has. */
  events: number;
  /** The revision of the fold that made this. */
  fold: number;
};

/** A call as it is kept and sent: the fold, its number and its version. */
export type Call = FoldedCall & {
  /** That of the call's first stored event; stays. */
  id: number;
  /** Grows with each change of the call: max(previous + 1, now in ms). */
  version: number;
};

/** Raised with every change of what foldCall makes of the same events: the calls are then folded anew. */
export const FOLD_REVISION = 3;

/**
 * The fold of an account. A call is a pure function of the set of its events: neither the order they are given in nor repetition
 * (redeliveries with another received_at included: the smallest counts) changes it. Null where there are none.
 */
export function createFold({ region, senderZone }: FoldRules): Fold {
  const readTelephone = createReadTelephone(region);
  const readOccurrence = createReadOccurrence(senderZone);
  const fold = (events: readonly Event[]): FoldedCall | null => {
    const distinct = earliestDeliveries(events);
    const [first] = distinct;
    if (!first) return null;
    const call = placeEvents(distinct, readOccurrence).reduce(
      applyEvent,
      beginCall(first.aggregate_id, distinct),
    );
    return nameNumbers(call, readTelephone);
  };
  return Object.assign(fold, { revision: FOLD_REVISION, readOccurrence });
}

/** The fold of an account in Brazil whose stamps without a zone are UTC. */
export const foldCall = createFold({ region: "BR", senderZone: "UTC" });

function nameNumbers(call: FoldedCall, readTelephone: ReadTelephone): FoldedCall {
  const [ours, theirs] = [readTelephone(call.our_number), readTelephone(call.their_number)];
  return {
    ...call,
    our_number_canonical: ours?.canonical ?? null,
    our_number_display: ours?.display ?? null,
    their_number_canonical: theirs?.canonical ?? null,
    their_number_display: theirs?.display ?? null,
  };
}

function earliestDeliveries(events: readonly Event[]): Event[] {
  const earliest = new Map<string, Event>();
  for (const event of events) {
    const known = earliest.get(event.uuid);
    if (!known || event.received_at < known.received_at) earliest.set(event.uuid, event);
  }
  return [...earliest.values()];
}

function beginCall(aggregate_id: string, events: readonly Event[]): FoldedCall {
  const received = events.map(({ received_at }) => received_at.getTime());
  return {
    aggregate_id,
    state: "NEW",
    created_at: new Date(received.reduce((one, other) => Math.min(one, other))),
    updated_at: new Date(received.reduce((one, other) => Math.max(one, other))),
    code: null,
    direction: null,
    our_number: null,
    their_number: null,
    our_number_canonical: null,
    our_number_display: null,
    their_number_canonical: null,
    their_number_display: null,
    their_number_type: null,
    queue: null,
    actor: null,
    waiting_since: null,
    answered_at: null,
    finished_at: null,
    abandoned: false,
    recording_url: null,
    legs: [],
    offers: [],
    events: events.length,
    fold: FOLD_REVISION,
  };
}

function applyEvent(call: FoldedCall, placed: PlacedEvent): FoldedCall {
  const changed = changeCall(call, placed);
  if (isFinished(call)) return changed;
  const { type } = placed.event;
  const step = { type, at: new Date(placed.ms), queue: changed.queue, agent: readText(placed.body.actor) };
  const legs = applyToLegs(call.legs, step);
  // a repeated call.waiting moves nobody
  if (type === "call.waiting" && legs === call.legs) return changed;
  return { ...changed, legs, offers: applyToOffers(call.offers, step) };
}

function changeCall(call: FoldedCall, placed: PlacedEvent): FoldedCall {
  const described = describe(call, placed.body);
  switch (placed.event.type) {
    case "call.waiting":
      return wait(advance(described, placed), call.queue, placed);
    case "actor.entered":
      return { ...answer(described, placed), actor: readText(placed.body.actor) };
    case "call.ongoing":
      return answer(advance(described, placed), placed);
    case "actor.left":
      return { ...described, actor: null };
    case "call.queue-abandon":
      return { ...described, abandoned: true };
    case "call.recording-available":
      return { ...described, recording_url: readText(placed.body.url) ?? call.recording_url };
    case "call.finished":
      return finish(advance(described, placed), placed);
    default:
      return advance(described, placed);
  }
}

/** What any event may say of a call: the last that is not empty counts. */
const describe = (call: FoldedCall, body: Record<string, unknown>): FoldedCall => ({
  ...call,
  code: readText(body.code) ?? call.code,
  direction: readText(body.direction) ?? call.direction,
  our_number: readText(body.our_number) ?? call.our_number,
  their_number: readText(body.their_number) ?? call.their_number,
  their_number_type: readText(body.their_number_type) ?? call.their_number_type,
  queue: readQueue(body.queue) ?? call.queue,
});

const isFinished = (call: FoldedCall) => call.state === "FINISHED";

function advance(call: FoldedCall, { event }: PlacedEvent): FoldedCall {
  const state = findDefinition(event.type)?.state;
  return state && !isFinished(call) ? { ...call, state } : call;
}

/** A wait begins with the first call.waiting and anew in another queue; a repeated one in the same queue changes nothing. */
function wait(call: FoldedCall, queueBefore: string | null, { ms }: PlacedEvent): FoldedCall {
  if (isFinished(call) || (call.waiting_since && call.queue === queueBefore)) return call;
  return { ...call, waiting_since: new Date(ms) };
}

/** Whoever comes first answers, the agent entering or the call going on; the first answer of a call stays. */
function answer(call: FoldedCall, { ms }: PlacedEvent): FoldedCall {
  if (isFinished(call)) return call;
  return { ...call, waiting_since: null, answered_at: call.answered_at ?? new Date(ms) };
}

function finish(call: FoldedCall, { ms }: PlacedEvent): FoldedCall {
  return { ...call, waiting_since: null, finished_at: call.finished_at ?? new Date(ms) };
}
