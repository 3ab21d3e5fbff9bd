import type { CallState } from "../event/catalogue.ts";
import type { Event } from "../event/event.ts";
import type { ReadOccurrence } from "../time/timestamp.ts";
import type { CountedAs } from "./direction.ts";
import type { AgentRings } from "./rings.ts";
import type { Talk } from "./talks.ts";
import type { Visit } from "./visits.ts";

/** A call as its events describe it. A missing value is null, never absent. Strings have at most 256 UTF-16 units. */
export type FoldedCall = {
  aggregate_id: string;
  state: CallState;
  /** The earliest time of its events. The time of an event is its stamp, or its reception if it has no stamp. */
  began_at: Date;
  /** The earliest and the latest reception of its events. */
  created_at: Date;
  updated_at: Date;
  code: string | null;
  /** The direction as the events name it. */
  direction: string | null;
  /** The kind of numbers in which the call is counted. */
  counted_as: CountedAs;
  our_number: string | null;
  their_number: string | null;
  /**
   * The canonical form, which all spellings of a number share, and the form for display. Both are null if the number is
   * hidden or is not a number.
   */
  our_number_canonical: string | null;
  our_number_display: string | null;
  their_number_canonical: string | null;
  their_number_display: string | null;
  their_number_type: string | null;
  /** The last queue that an event named. */
  queue: string | null;
  /** The agent who is on the call; if there are several, the one who entered last. */
  actor: string | null;
  /**
   * The beginning of the wait: in a queue without an answer, or after an overflow without an agent. Null if the caller
   * does not wait.
   */
  waiting_since: Date | null;
  /** The first answer that was not taken back, in a visit or outside of one. */
  answered_at: Date | null;
  /** The first call.ongoing. */
  connected_at: Date | null;
  finished_at: Date | null;
  /** True for an inbound call whose last visit was abandoned. */
  abandoned: boolean;
  /** The end of the last abandoned visit of an inbound call. */
  abandoned_at: Date | null;
  recording_url: string | null;
  /** Its visits to queues, oldest first. `legs` is their name in MongoDB; a call is sent with `visits`. */
  legs: readonly Visit[];
  /** The talks of its agents, in the order of their beginnings. */
  talks: readonly Talk[];
  /** The rings at each agent. */
  rings: readonly AgentRings[];
  /** All queues of its visits and all agents of its talks (in lower case), for searches and filters. */
  queues: readonly string[];
  agents: readonly string[];
  /** The number of different events of the call. */
  events: number;
  /** The revision of the fold that made this. */
  fold: number;
};

/** A call as it is stored and sent: the fold, a number and a version. */
export type Call = FoldedCall & {
  /** The number of the call's first stored event. It never changes. */
  id: number;
  /** Grows with each change of the call: max(previous + 1, now in ms). */
  version: number;
};

/**
 * The pure function that the store applies. It makes a call from all its events, and returns null if there are none.
 */
export type Fold = {
  (events: readonly Event[]): FoldedCall | null;
  /**
   * The revision of the function, which is the `fold` field of every call that it makes. A higher revision replaces a
   * lower one permanently.
   */
  readonly revision: number;
  /** Reads stamps by the rules of the account. */
  readonly readOccurrence: ReadOccurrence;
};
