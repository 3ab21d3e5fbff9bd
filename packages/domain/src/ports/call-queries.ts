import type { Presence } from "../agents/presence.ts";
import type { Call, FoldedCall } from "../call/call.ts";
import type { Delivery } from "../deliveries/deliveries.ts";
import type { Erased, Erasure, LedgerKey } from "../erasure/erasure.ts";
import type { Event, EventKind, LoggedEvent, StoredEvent } from "../event/event.ts";
import type { MovingCall } from "../numbers/past.ts";
import type { RecentCall } from "../numbers/recent-call.ts";
import type { CallFilter } from "../search/call-filter.ts";
import type { CallOrder, CallWindow } from "../search/call-window.ts";
import type { ReadOccurrence } from "../time/timestamp.ts";
import type { PositionStore, RecordIdentity } from "./positions.ts";

/** A run of records of one partition, as the projector read it. */
export type Batch = {
  topic: string;
  partition: number;
  /** The position the writer believes to be stored (null = none yet): the fence. */
  expected: number | null;
  /** The position after this batch: the offset of the next record to read. */
  next: number;
  /** The identities of its last records, oldest first (absent = none). */
  identities?: readonly RecordIdentity[];
  /** Names the writer (absent = nobody in particular): it is kept beside the position that this batch moves. */
  writer?: string;
  /** May be empty: then only the position moves. */
  events: readonly LoggedEvent[];
  /**
   * Tombstones among the records, and what the ledger demands beside them (absent = none): each takes its subject's events before and
   * after it, see isErased.
   */
  erasures?: readonly Erasure[];
  /**
   * What findErased said of ledgerKeysOf the events after `expected` was read: an erasure since then has moved the position too, and
   * fences this batch (absent = the store asks itself).
   */
  erased?: readonly Erased[];
  /** ledgerEpoch as it was before the ledger was asked: a person erased since then fences this batch (absent = no matter). */
  epoch?: number;
};

/** What a change did to one call or agent, as others are told of it. */
export type Change = {
  key: string;
  kind: EventKind;
  /** The version of the call after the batch; of an agent event the time of the write, in ms. */
  version: number;
  erased: boolean;
};

/** A version of a call or an agent, as it is stored. */
export type StoredVersion = Pick<Change, "kind" | "key" | "version">;

export type Applied =
  | {
      fenced: true;
      /** The revision of a newer release's fold that has claimed the partition, where one has: this one may write no more. */
      superseded?: number;
      /** The position was moved by the same writer: an earlier try, whose commit was not answered, has stored the batch. */
      own?: true;
    }
  | {
      fenced: false;
      /** uuids stored by this batch. */
      added: string[];
      /** uuids that were stored before, or came twice in this batch. */
      duplicates: string[];
      /** uuids that stay out, for their call or agent was erased, by this batch or before. */
      dropped: string[];
      /** One for each erasure, then for each call and agent key whose events were not dropped, changed or not. */
      changes: Change[];
    };

/** The pure rule the store applies: a call from all its events, or null where there are none. */
export type Fold = {
  (events: readonly Event[]): FoldedCall | null;
  /** Which rule it is, as it stands in `fold` of every call it makes: a higher one takes over from a lower one for good. */
  readonly revision: number;
  /** The reader of stamps that belongs to the rule. */
  readonly readOccurrence: ReadOccurrence;
};

export type CallStore = PositionStore & {
  /**
   * Stores a batch as one: position, events and calls together, or nothing. Safe to repeat: an event
   * already stored is a duplicate (it counts as a redelivery of it, and its received_at is lowered where it came earlier) and its
   * call is folded all the same; an erasure is entered in the ledger, and what is stored of its subject goes. Answers `fenced` and
   * changes nothing where the stored position is not `expected` (another writer has taken over) or the partition belongs to a fold
   * of a higher revision. Throws Unavailable when it may be tried again, any other
   * error when this batch can never be stored. NOT promised: that ids have no gaps.
   */
  apply(batch: Batch, fold: Fold): Promise<Applied>;
  /** Of these those that were erased, as far as the ledger reaches back (90 days). Throws Unavailable. */
  findErased(keys: readonly LedgerKey[]): Promise<Erased[]>;
  /** Grows with every person that is erased: see Batch.epoch. Throws Unavailable. */
  ledgerEpoch(topic: string, partition: number): Promise<number>;
  /** Whether any person is erased at all, as far as the ledger reaches back. Throws Unavailable. */
  knowsPersons(): Promise<boolean>;
  /**
   * The newest events of an agent's key that were received since then, newest first, and the newest of all where none was. Throws
   * Unavailable.
   */
  listAgentEvents(key: string, stretch: { since: Date; limit: number }): Promise<StoredEvent[]>;
  /**
   * Deletes what others may have written of erased subjects while their erasure ran: dead letters, and calls kept in past
   * collections. To be called after `apply`; safe to repeat. Throws Unavailable.
   */
  forget(erased: readonly Erased[]): Promise<void>;
  /** Whether a dead letter with this body is filed. Throws Unavailable. */
  isFiled(body: Uint8Array): Promise<boolean>;
};

export type Page<T> = {
  items: T[];
  /** Opaque; null on the last page. */
  next: string | null;
};

export type CallPage = Page<Call> & {
  /** The search matched more numbers or agents than are looked up: calls of the others are missing. */
  cut?: boolean;
};

/** Absent = all: what became events, or what did not; `key` is a call_id or the key of an agent. */
export type DeliveryFilter = { of?: "events" | "letters"; key?: string };

/** What realtime asks. Each reads what a majority has acknowledged; throws Unavailable while the database is away. */
export type CallQueries = {
  /** Newest first (`order`: by id unless asked), those in the window. Throws InvalidCursor for a cursor that none of our pages gave. */
  listCalls(
    filter: CallFilter,
    page: { limit: number; cursor: string | null; window?: CallWindow; order?: CallOrder },
  ): Promise<CallPage>;
  /**
   * The events of a call in the order of the fold; an unknown call has none. A page holds at most `limit` events
   * and `bytes` of payload (UTF-8), but at least one event while there is one.
   */
  listCallEvents(
    call_id: string,
    page: { limit: number; bytes: number; cursor: string | null },
  ): Promise<Page<StoredEvent>>;
  /** The calls of these call_ids that exist, in no order. */
  findCalls(call_ids: readonly string[]): Promise<Call[]>;
  /**
   * The calls and agents whose version is at most `withinMs` older than `until` (ms since the epoch), in no order, `limit` of each kind
   * at most. If every version is older than `until`, the newest one takes its place: the clocks of writers and readers may differ.
   */
  listVersions(stretch: { withinMs: number; until: number; limit: number }): Promise<StoredVersion[]>;
  /**
   * A number that grows with each erasure, 0 before the first: what is erased has no version. It may also grow without one. An erasure
   * that follows another one within the difference of two projectors' clocks may leave it as it is.
   */
  erasureMark(): Promise<number>;
  /**
   * What the numbers of the board are made of: the calls whose last event was received since then and, where it is given, until then
   * (both inclusive), in no order.
   */
  listRecentCalls(since: Date, until?: Date): Promise<RecentCall[]>;
  /**
   * The inbound calls with a visit that was abandoned since then, and all calls with one of their people that had an event received
   * since then, in no order: what listAbandoned needs.
   */
  listReturnableCalls(since: Date): Promise<RecentCall[]>;
  /**
   * The calls that had begun by `to` and had an event after `from`, each with its events received by `to`, in no order. Throws
   * TooLarge where these have more than `bytes` of payload (UTF-8).
   */
  listMovingCalls(stretch: { from: Date; to: Date; bytes: number }): Promise<MovingCall[]>;
  /** Agents as their log-ins and pauses tell them, in no order: those named, or all. */
  listPresences(agents?: readonly string[]): Promise<Presence[]>;
  /**
   * Agents as they were known at a moment, in no order: by what had been received in PRESENCE_LOOK_BACK_MS before; those of whom that
   * is nothing, by everything received. An agent who has said nothing since is as it is stored.
   */
  listPastPresences(at: Date): Promise<Presence[]>;
  /** The log-ins and pauses that were received after `from` and until `to`, in no order. Throws TooLarge, as listMovingCalls. */
  listPresenceEvents(stretch: { from: Date; to: Date; bytes: number }): Promise<Event[]>;
  /**
   * How many events were stored, by type, of those received in the minutes that began since: a day back at most. NOT promised:
   * whether those that were erased count.
   */
  countEvents(since: Date): Promise<Record<string, number>>;
  /**
   * Events by id and dead letters by first_seen, both newest first and merged by time, each once. Throws InvalidCursor for a cursor
   * that none of our pages gave. NOT promised: that an event of a call with very many events is found out of order.
   */
  listDeliveries(
    filter: DeliveryFilter,
    page: { limit: number; cursor: string | null },
  ): Promise<Page<Delivery>>;
  /** One event by its uuid, null where there is none. */
  findEvent(uuid: string): Promise<StoredEvent | null>;
};

/** What the page about the gateway itself asks of the store. Each throws Unavailable while the database is away. */
export type SystemQueries = {
  /** The next offset to read of each of these partitions, in their order; null where nothing of it was ever stored. */
  listPositions(places: readonly { topic: string; partition: number }[]): Promise<(number | null)[]>;
  /** Events stored, by the minute they were received in, of the minutes that began since; minutes without any are left out. */
  countMinutes(since: Date): Promise<{ minute: Date; events: number }[]>;
};

/** A page's cursor that cannot be read: the caller's mistake, not a fault. */
export class InvalidCursor extends Error {
  override name = "InvalidCursor";
  constructor() {
    super("cursor is not one of a page before");
  }
}

/** More was asked for than may be held at once: the caller's to ask for less. */
export class TooLarge extends Error {
  override name = "TooLarge";
}

/** A dependency does not answer now: the same request may succeed later. Never thrown for what can never succeed. */
export class Unavailable extends Error {
  override name = "Unavailable";
}

/** Unavailable after the work was handed over: it may be done, now or later, and is safe to ask for again. */
export class OutcomeUnknown extends Unavailable {
  override name = "OutcomeUnknown";
}

/** Unavailable to this record alone: tried again it is refused again, until someone changes a setting. */
export class RefusedForGood extends Unavailable {
  override name = "RefusedForGood";
}
