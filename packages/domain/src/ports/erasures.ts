import type { Erased, ErasureSubject, Repeated } from "../erasure/erasure.ts";
import type { Person } from "../erasure/parties.ts";

/** The progress of an erasure since its last request. */
export type Receipt = {
  requested_at: Date;
  /** From this time on the store holds nothing of it; null until then. */
  clean_at: Date | null;
  /** From this time on the log holds nothing of it; null until the store is clean. */
  log_clean_by: Date | null;
};

/** The receipt of everything that was found for a person, as far as the ledger reaches back. */
export type PersonReceipt = Receipt & { calls: number; agents: number; clean: number };

/** A dead letter that names a person. `topic` is the topic of a parked record, null if ingest refused the body. */
export type FoundDeadLetter = { id: string; key: string | null; topic: string | null };

/**
 * An event outside of calls that names a person. Its key may be shared: a dialer's campaign has events of many people.
 */
export type FoundEvent = { key: string; uuid: string };

/** The findings of one likelihood. No finding has both likelihoods. */
export type PersonShare = { calls: string[]; events: FoundEvent[]; deadLetters: FoundDeadLetter[] };

/** Everything that is stored about a person. */
export type PersonFindings = {
  certain: PersonShare;
  possible: PersonShare;
  /** True if the number is an `our_number`: it belongs to the account, and its calls are those of many people. */
  isOurs: boolean;
};

/** A subject, or a single event of the agent `of`, whose key others share. The `key` of an event is its uuid. */
export type Asked = ErasureSubject | { kind: "event"; key: string; of: string };

/** If `possible` is set, events that only possibly name the person are not stored either. */
export type KeptOut = { erased_at: Date; possible: boolean };

/** The ledger of erasures for an operator. Each member throws Unavailable while the database cannot be reached. */
export type ErasureAdmin = {
  /**
   * Records a request before its tombstones are written. It may be repeated, and may name the person that it is for. It
   * erases nothing.
   */
  request(asked: readonly Asked[], person?: Person): Promise<Receipt>;
  /**
   * Enters a person in the ledger. From now on findErased returns the person, and a batch or dead letter for which the
   * ledger was read before is fenced. Once this resolves, events that began by `erased_at` can no longer be stored.
   */
  keepOut(person: Person, how: KeptOut): Promise<void>;
  /**
   * Records the person, for the receipt. Call it last, when data without a tombstone is deleted from the store;
   * `log_clean_by` applies to that data.
   */
  requestFor(person: Person, log_clean_by: Date): Promise<Receipt>;
  /** Null if there was no request within the time that the ledger covers. */
  receipt(subject: ErasureSubject): Promise<Receipt | null>;
  personReceipt(person: Person): Promise<PersonReceipt | null>;
};

export type PersonSearch = {
  /** The topic whose records have the key of an agent, not that of a call. */
  agentTopic: string;
  /**
   * Searches only events that were stored after this mark, and all dead letters and past calls. Absent = everything.
   */
  since?: number;
  /** Called from time to time with the number of documents read, and the approximate total. */
  onProgress?: (done: number, total: number) => void;
};

/** The number of events of a share, and the receptions of the first and the last of them. */
export type Measure = { events: number; first_at: Date | null; last_at: Date | null };

/** The search for data to erase. Each member throws Unavailable while the database cannot be reached. */
export type ErasureSearch = {
  /**
   * Reads every event, dead letter and past call, which takes minutes for millions. It may miss data that is stored
   * meanwhile.
   */
  findPerson(person: Person, search: PersonSearch): Promise<PersonFindings>;
  /**
   * Returns a mark in the order of events: a search that begins now sees all events up to it. Batches for which the
   * ledger was read before this call are fenced.
   */
  mark(): Promise<number>;
  /** A call with its dead letters, as far as they are stored. */
  findCall(key: string): Promise<PersonShare>;
  measure(share: PersonShare): Promise<Measure>;
  /** The approximate number of calls. */
  countCalls(): Promise<number>;
  /** The number of events under the key of an agent, about any person. */
  countAgentEvents(key: string): Promise<number>;
  deleteDeadLetters(ids: readonly string[]): Promise<void>;
  /** The number of members of the replica set that hold data and are not hidden. */
  countMembers(): Promise<number>;
  /** Calls without an event since `time`, finished or not, page by page. */
  unchangedSince(time: Date): AsyncIterable<ErasureSubject[]>;
  /**
   * The erasures of events of agents and dialers that were received before `time`, page by page. Events on which the
   * present state of an agent rests are kept: see pickOutdated.
   */
  outdatedSaid(time: Date): AsyncIterable<Repeated[]>;
  /** Stored data that the ledger lists as erased, because a restored backup brought it back, page by page. */
  revived(): AsyncIterable<Repeated[]>;
  /** Like `revived`, but for dead letters and past collections, which have no stored event. */
  revivedAside(): AsyncIterable<Erased[]>;
};
