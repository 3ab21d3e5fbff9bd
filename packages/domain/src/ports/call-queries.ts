import type { Presence } from "../agents/presence.ts";
import type { Call } from "../call/folded-call.ts";
import type { Delivery } from "../deliveries/deliveries.ts";
import type { Event, StoredEvent } from "../event/event.ts";
import type { MovingCall } from "../numbers/past.ts";
import type { RecentCall } from "../numbers/recent-call.ts";
import type { CallFilter } from "../search/call-filter.ts";
import type { CallOrder, CallWindow } from "../search/call-window.ts";
import type { Change } from "./call-store.ts";
import type { Page } from "./page.ts";

/** A version of a call or an agent, as it is stored. */
export type StoredVersion = Pick<Change, "kind" | "key" | "version">;

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
