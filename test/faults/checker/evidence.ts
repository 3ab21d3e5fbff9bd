import type { Call, StoredEvent } from "@teravoz/domain";
import type { History } from "./history.ts";

/** As read from MongoDB. */
export type EventDocument = Omit<StoredEvent, "uuid"> & { _id: string };
export type CallDocument = Call & { _id: string };

/** "topic:partition". */
export type PartitionKey = string;
export type Offsets = Record<PartitionKey, number>;

/** A record of the events' topics. `uuid` is null where no event can be read from it; a tombstone has neither. */
export type LogRecord = {
  place: PartitionKey;
  offset: number;
  key: string | null;
  uuid: string | null;
  tombstone: boolean;
};

/** A record of the dead letters: where a consumer read it, or null where ingest refused it. */
export type Parked = { reason: string; place: PartitionKey | null; offset: number; sha: string };

/**
 * One look during the run. The committed offsets were read first, then the positions, then the events: what was committed
 * must be in what was read after it.
 */
export type Sample = { at: number; committed: Offsets; positions: Offsets };

/** An event as the samples saw it: of which call, first and last by which, and with which number. */
export type Sighting = { call: string; first: number; last: number; id: number };

/** A call as a client sees it. */
export type SeenCall = Record<string, unknown> & { aggregate_id: string; events: number; version: number };

export type ClientView = {
  name: string;
  /** What it believes at the end, by what it was sent. */
  calls: SeenCall[];
  /** Calls it asked for at the end: the bodies in the order it got them. */
  events: { call_id: string; payloads: string[] }[];
  /** When it was notified that something changed, or was cut off or welcomed, in ms since the epoch, in this order. */
  notified: number[];
  /** Each change it was sent, and when. */
  heard: { version: number; at: number }[];
  /** How often it was connected: once, unless its socket closed. */
  connections: number;
  /** Calls it asked for in vain: no answer came, however often it was connected. */
  unanswered: string[];
  /** What it once saw and later no more: a call, or some of its events. */
  vanished: { call: string; detail: string }[];
};

/** A place in MongoDB where something of an erased call was found by a search of all that is there. */
export type Remains = { call: string; place: string };

/** Everything known after a run, when all is healed and quiet. */
export type Evidence = {
  history: History;
  events: EventDocument[];
  calls: CallDocument[];
  committed: Offsets;
  positions: Offsets;
  log: LogRecord[];
  parked: Parked[];
  /** What was put into the topics and can never become an event, by its sha. */
  poison: string[];
  /** The newest version of each call that a notice in the log names; null where they were not read. */
  notices: Map<string, number> | null;
  /** Notices that instances of realtime got late or not at all, by their own count: numbers for the table. */
  lateNotices: number;
  missedNotices: number;
  samples: Sample[];
  /** By uuid. */
  seen: Map<string, Sighting>;
  clients: ClientView[];
  /** Keys that were erased, and in which sample they were first seen to be (its number). */
  erased: Map<string, number>;
  /** What is left of them. */
  remains: Remains[];
  /** What stands in the logs and must not, in words. */
  leaks: string[];
  /** Ends of processes that nobody brought about: name and how. */
  ends: { name: string; how: string }[];
  /** When something was struck or not yet ready again, in ms since the epoch. */
  struckAt: { from: number; to: number }[];
  /** What was still not as it should be when the time to recover was over: a check of /readyz, a lag. */
  unrecovered: string[];
};
