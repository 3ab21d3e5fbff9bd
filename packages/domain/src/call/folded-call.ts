import type { CallState } from "../event/catalogue.ts";
import type { Event } from "../event/event.ts";
import type { ReadOccurrence } from "../time/timestamp.ts";
import type { CountedAs } from "./direction.ts";
import type { AgentRings } from "./rings.ts";
import type { Talk } from "./talks.ts";
import type { Visit } from "./visits.ts";

/** A call as its events tell it. Missing is null, never absent. Strings are kept up to 256 UTF-16 units. */
export type FoldedCall = {
  aggregate_id: string;
  state: CallState;
  /** The smallest moment of its events: the stamp of each, else its reception. */
  began_at: Date;
  /** The first and the last reception. */
  created_at: Date;
  updated_at: Date;
  code: string | null;
  /** As its events tell it. */
  direction: string | null;
  /** The kind of call whose numbers it counts in. */
  counted_as: CountedAs;
  our_number: string | null;
  their_number: string | null;
  /** A number in the form that all its spellings share, and as people read it. Null if it is hidden or no number. */
  our_number_canonical: string | null;
  our_number_display: string | null;
  their_number_canonical: string | null;
  their_number_display: string | null;
  their_number_type: string | null;
  /** The last queue that an event named. */
  queue: string | null;
  /** The agent who is on the call; of several the one who entered last. */
  actor: string | null;
  /** Since when the caller waits: in a queue and not answered, or past an overflow with no agent on the call. Null if not. */
  waiting_since: Date | null;
  /** The first answer that stands, of a visit or without one. */
  answered_at: Date | null;
  /** The first call.ongoing. */
  connected_at: Date | null;
  finished_at: Date | null;
  /** The caller gave up: an inbound call whose last visit was abandoned. */
  abandoned: boolean;
  /** When the last abandoned visit of an inbound call ended. */
  abandoned_at: Date | null;
  recording_url: string | null;
  /** Its visits to queues, oldest first. */
  legs: readonly Visit[];
  /** The talks of its agents, in the order they began. */
  talks: readonly Talk[];
  /** The rings at each agent. */
  rings: readonly AgentRings[];
  /** All queues of its visits, and all agents of its talks (in lower case): what it is searched and filtered by. */
  queues: readonly string[];
  agents: readonly string[];
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

/** The pure rule the store applies: a call from all its events, or null where there are none. */
export type Fold = {
  (events: readonly Event[]): FoldedCall | null;
  /** Which rule it is, as it stands in `fold` of every call it makes: a higher one takes over from a lower one for good. */
  readonly revision: number;
  /** The reader of stamps that belongs to the rule. */
  readonly readOccurrence: ReadOccurrence;
};
