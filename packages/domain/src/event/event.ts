import type { KeptDeliveries } from "./delivery-ids.ts";

/** A call event belongs to one call; an agent event (log-in, pause, a dialer's attempt) to none. */
export type EventKind = "call" | "agent";

/** One event as it is published: the payload is the truth, all else is derived from it. */
export type Event = {
  /** UUIDv5 of the body: two deliveries with the same uuid are the same event. */
  uuid: string;
  kind: EventKind;
  /** The call_id of a call event; actor, else code, else number of an agent event. */
  aggregate_id: string;
  /**
   * As the catalogue spells it: `call.on-going` is `call.ongoing` here. A record of a newer release may have a type that this one does
   * not know.
   */
  type: string;
  /** The vendor's stamp; null where the body has none that can be read. */
  occurred_at: Date | null;
  /** Stamped by ingest; of several deliveries the earliest counts. */
  received_at: Date;
  /** The body exactly as it was sent. */
  payload: string;
  /** Ingest gives one to each POST. Absent in records of earlier releases. */
  delivery_id?: string;
};

/** An event together with the place in the log it was read from. */
export type LoggedEvent = Event & {
  source: { topic: string; partition: number; offset: number };
  /** We have published it once more ourselves, behind a tombstone of its key: no redelivery. Absent = no. */
  republished?: true;
};

/** An event as it is kept: `id` is given once and never used again. */
export type StoredEvent = Omit<LoggedEvent, "delivery_id"> &
  KeptDeliveries & {
    id: number;
    /** How often the same event came again; absent = never. No part of what a call is. */
    redeliveries?: number;
    /** The offset at which it came last; absent = at that of its source. What is read below it once more counts no more. */
    last_offset?: number;
  };
