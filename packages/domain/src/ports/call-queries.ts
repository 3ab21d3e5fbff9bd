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

/** The stored version of a call or an agent. */
export type StoredVersion = Pick<Change, "kind" | "key" | "version">;

export type CallPage = Page<Call> & {
  /** True if the search matched more numbers or agents than are looked up: calls of the others are missing. */
  cut?: boolean;
};

/**
 * `of` selects the deliveries that became events, or those that did not; absent = both. `key` is a call_id or the key
 * of an agent.
 */
export type DeliveryFilter = { of?: "events" | "letters"; key?: string };

/**
 * The queries of realtime. Each reads data that a majority has acknowledged, and throws Unavailable while the database
 * cannot be reached.
 */
export type CallQueries = {
  /**
   * Calls of the window, newest first: by id unless `order` says otherwise. Throws InvalidCursor if no earlier page
   * gave the cursor.
   */
  listCalls(
    filter: CallFilter,
    page: { limit: number; cursor: string | null; window?: CallWindow; order?: CallOrder },
  ): Promise<CallPage>;
  /**
   * The events of a call in the order of the fold; an unknown call has none. A page holds at most `limit` events and
   * `bytes` of payload (UTF-8), but at least one event while any is left.
   */
  listCallEvents(
    call_id: string,
    page: { limit: number; bytes: number; cursor: string | null },
  ): Promise<Page<StoredEvent>>;
  /** The calls of these call_ids that exist, in no particular order. */
  findCalls(call_ids: readonly string[]): Promise<Call[]>;
  /**
   * The calls and agents whose version is at most `withinMs` older than `until` (ms since the epoch), at most `limit`
   * of each kind, in no particular order. If every version is older than `until`, the newest one takes its place: the
   * clocks of writers and readers may differ.
   */
  listVersions(stretch: { withinMs: number; until: number; limit: number }): Promise<StoredVersion[]>;
  /**
   * A number that grows with each erasure, 0 before the first. It is needed because an erased call has no version. It
   * may also grow without an erasure. An erasure that follows another one within the clock difference of two projectors
   * may leave it unchanged.
   */
  erasureMark(): Promise<number>;
  /**
   * The calls from which the numbers of the board are counted: those whose last event was received since `since` and,
   * if it is given, until `until` (both inclusive), in no particular order.
   */
  listRecentCalls(since: Date, until?: Date): Promise<RecentCall[]>;
  /**
   * The calls that listAbandoned needs, in no particular order: inbound calls with a visit that was abandoned since
   * `since`, and all calls of the same people with an event received since then.
   */
  listReturnableCalls(since: Date): Promise<RecentCall[]>;
  /**
   * The calls that had begun by `to` and had an event after `from`, each with its events received by `to`, in no
   * particular order. Throws TooLarge if these events have more than `bytes` of payload (UTF-8).
   */
  listMovingCalls(stretch: { from: Date; to: Date; bytes: number }): Promise<MovingCall[]>;
  /** The named agents, or all agents, as their log-ins and pauses describe them, in no particular order. */
  listPresences(agents?: readonly string[]): Promise<Presence[]>;
  /**
   * The agents as they were known at a moment, in no particular order. They are folded from the events received in the
   * PRESENCE_LOOK_BACK_MS before that moment, or from all events received by then if there were none. An agent without
   * an event since then is returned as it is stored.
   */
  listPastPresences(at: Date): Promise<Presence[]>;
  /**
   * The log-ins and pauses that were received after `from` and until `to`, in no particular order. Throws TooLarge, see
   * listMovingCalls.
   */
  listPresenceEvents(stretch: { from: Date; to: Date; bytes: number }): Promise<Event[]>;
  /**
   * The number of stored events by type, of the minutes that began since `since`, at most a day back. NOT promised:
   * whether erased events count.
   */
  countEvents(since: Date): Promise<Record<string, number>>;
  /**
   * Events by id and dead letters by first_seen, both newest first and merged by time, each once. Throws InvalidCursor
   * if no earlier page gave the cursor. NOT promised: that `overtaken_by` is found for events of a call with very many
   * events.
   */
  listDeliveries(
    filter: DeliveryFilter,
    page: { limit: number; cursor: string | null },
  ): Promise<Page<Delivery>>;
  /** An event by its uuid; null if there is none. */
  findEvent(uuid: string): Promise<StoredEvent | null>;
};
