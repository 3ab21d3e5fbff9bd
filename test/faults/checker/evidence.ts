import type { Call, StoredEvent } from "@teravoz/domain";
import type { History } from "./history.ts";

/** An event as MongoDB stores it. */
export type EventDocument = Omit<StoredEvent, "uuid"> & { _id: string };
export type CallDocument = Call & { _id: string };

/** A partition as "topic:partition". */
export type PartitionKey = string;
export type Offsets = Record<PartitionKey, number>;

/**
 * A record of the topics of events. `uuid` is null if the record has no event that can be decoded, as in a tombstone.
 */
export type LogRecord = {
  place: PartitionKey;
  offset: number;
  key: string | null;
  uuid: string | null;
  tombstone: boolean;
};

/** A record of the dead letters. `place` is the partition from which a consumer read it, null if ingest refused it. */
export type Parked = { reason: string; place: PartitionKey | null; offset: number; sha: string };

/**
 * One sample during the run. It has read the committed offsets first, then the positions, then the events: everything
 * that was committed must be in what was read after it.
 */
export type Sample = { at: number; committed: Offsets; positions: Offsets };

/** An event in the samples: its call, the first and the last sample that had it, and its number. */
export type Sighting = { call: string; first: number; last: number; id: number };

/** A call as a client sees it. */
export type SeenCall = Record<string, unknown> & { aggregate_id: string; events: number; version: number };

export type ClientView = {
  name: string;
  /** The calls that it shows at the end, according to the messages that it received. */
  calls: SeenCall[];
  /** The calls whose events it asked for at the end, with the bodies in the order in which they came. */
  events: { call_id: string; payloads: string[] }[];
  /** The moments at which it was notified of a change, cut off or welcomed, in ms since the epoch, oldest first. */
  notified: number[];
  /** Each change that it was sent, with the moment. */
  heard: { version: number; at: number }[];
  /** The number of its connections: one, unless its socket closed. */
  connections: number;
  /** The calls whose events it asked for and never got, not even after it had connected again. */
  unanswered: string[];
  /** The calls that it saw once and later not at all, or with fewer events. */
  vanished: { call: string; detail: string }[];
};

/** A collection of MongoDB in which a search of all documents found something of an erased call. */
export type Remains = { call: string; place: string };

/** Everything that is known after a run, when all faults are healed and the gateway is quiet. */
export type Evidence = {
  history: History;
  events: EventDocument[];
  calls: CallDocument[];
  committed: Offsets;
  positions: Offsets;
  log: LogRecord[];
  parked: Parked[];
  /** The sha of each record that was put into the topics and can never become an event. */
  poison: string[];
  /** The newest version of each call that a notice in the log names; null if the notices were not read. */
  notices: Map<string, number> | null;
  /**
   * Notices that instances of realtime got late, or never (`missedNotices`), by their own count; for the table only.
   */
  lateNotices: number;
  missedNotices: number;
  samples: Sample[];
  /** The events of the samples, by uuid. */
  seen: Map<string, Sighting>;
  clients: ClientView[];
  /** Keys that were erased, each with the number of the first sample after its erasure. */
  erased: Map<string, number>;
  /** Remains of the erased keys. */
  remains: Remains[];
  /** Personal data and unhandled faults in the logs, in words. */
  leaks: string[];
  /** Ends of processes that the nemesis did not cause: the name, and how it ended. */
  ends: { name: string; how: string }[];
  /** The spans in which something was struck or not yet ready again, in ms since the epoch. */
  struckAt: { from: number; to: number }[];
  /** Faults that were left when the time to recover was over: a check of /readyz, a lag. */
  unrecovered: string[];
};
