import type { KeptDeliveries } from "./delivery-ids.ts";

/** A call event belongs to one call; an agent event (log-in, pause, a dialer's attempt) to none. */
export type EventKind = "call" | "agent";

/**
 * A published event. `payload`, `received_at` and `delivery_id` come from the delivery, and the other fields are
 * derived from the first two.
 */
export type Event = {
  /** The UUIDv5 of the body: two deliveries with the same uuid are the same event. */
  uuid: string;
  kind: EventKind;
  /** The call_id of a call event; the actor, else the code, else the number of an agent event. */
  aggregate_id: string;
  /**
   * The type as the catalogue spells it: `call.on-going` is `call.ongoing` here. A record of a newer release may have a
   * type that this release does not know.
   */
  type: string;
  /** The vendor's stamp; null if the body has no readable one. */
  occurred_at: Date | null;
  /** The time of reception, set by ingest. If there are several deliveries, the earliest counts. */
  received_at: Date;
  /** The body exactly as it was sent. */
  payload: string;
  /** The id that ingest gives to each POST. Records of earlier releases have none. */
  delivery_id?: string;
};

/** An event with its place in the log. */
export type LoggedEvent = Event & {
  source: { topic: string; partition: number; offset: number };
  /** True if the gateway published the event again after a tombstone of its key: it is not a redelivery. */
  republished?: true;
};

/** A stored event: `id` is given once and never used again. */
export type StoredEvent = Omit<LoggedEvent, "delivery_id"> &
  KeptDeliveries & {
    id: number;
    /** The number of redeliveries, absent if there were none. The fold does not use it. */
    redeliveries?: number;
    /**
     * The offset of the last delivery, absent if it is that of the source. A record that is read again below it does
     * not count.
     */
    last_offset?: number;
  };
