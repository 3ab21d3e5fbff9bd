import type { Erased, Repeated, Subject } from "../erasure/erasure.ts";
import type { Person } from "../erasure/parties.ts";

/** How far an erasure is, counted from when it was last asked for. */
export type Receipt = {
  requested_at: Date;
  /** When the store held nothing of it any more; null until then. */
  clean_at: Date | null;
  /** By when the log holds nothing of it any more; null until the store is clean. */
  log_clean_by: Date | null;
};

/** Of all that was found for a person, as long as the ledger remembers it. */
export type PersonReceipt = Receipt & { calls: number; agents: number; clean: number };

/** A dead letter that holds a person; `topic` is where a parked record came from, null for what ingest refused. */
export type FoundLetter = { id: string; key: string | null; topic: string | null };

/** An event of no call that holds a person. Its key may be shared: a dialer's campaign has events of many people. */
export type FoundEvent = { key: string; uuid: string };

/** One likelihood's share of what is stored of a person. Nothing is in both shares. */
export type PersonShare = { calls: string[]; events: FoundEvent[]; letters: FoundLetter[] };

/** What is stored of a person. */
export type PersonFindings = {
  certain: PersonShare;
  possible: PersonShare;
  /** The number is an `our_number`: it stands for the account, and its calls are those of many people. */
  isOurs: boolean;
};

/** A subject, or a single event of the agent `of`, whose key others share; `key` is its uuid. */
export type Asked = Subject | { kind: "event"; key: string; of: string };

/** `possible`: also what is only possibly about the person. */
export type KeptOut = { erased_at: Date; possible: boolean };

/** What an operator asks of the ledger of erasures. Each throws Unavailable while the database is away. */
export type ErasureDesk = {
  /**
   * Enters what is asked for, once more too and for a person where one is given, before its tombstones are written; answers when. It
   * erases nothing by itself.
   */
  request(asked: readonly Asked[], person?: Person): Promise<Receipt>;
  /**
   * From now on findErased knows the person, and a batch or a letter that was decided on before is fenced: what began by `erased_at`
   * can be stored no more once this resolves.
   */
  keepOut(person: Person, how: KeptOut): Promise<void>;
  /**
   * Enters the person itself, for its receipt: last, when what no tombstone speaks of is gone from the store. `log_clean_by` is for
   * that.
   */
  requestFor(person: Person, log_clean_by: Date): Promise<Receipt>;
  /** Null where it was never asked for, or longer ago than the ledger reaches back. */
  receipt(subject: Subject): Promise<Receipt | null>;
  personReceipt(person: Person): Promise<PersonReceipt | null>;
};

export type PersonSearch = {
  /** The topic whose records have the key of an agent, not of a call. */
  agentTopic: string;
  /** Only events stored after the mark, and all letters and past calls (absent = everything). */
  since?: number;
  /** Called now and then: documents read of about so many. */
  onProgress?: (done: number, total: number) => void;
};

/** How many events go with a share, and when the first and the last of them came. */
export type Measure = { events: number; first_at: Date | null; last_at: Date | null };

/** What an erasure has to look for. Each throws Unavailable while the database is away. */
export type ErasureSearch = {
  /** Reads every event, dead letter and past call: minutes for millions. What is stored while it reads may be missed. */
  findPerson(person: Person, search: PersonSearch): Promise<PersonFindings>;
  /** A mark in the order of events: what is stored by then is seen by a search that begins now. */
  mark(): Promise<number>;
  /** A call with its dead letters, as far as it is stored. */
  findCall(key: string): Promise<PersonShare>;
  measure(share: PersonShare): Promise<Measure>;
  /** About how many calls there are. */
  countCalls(): Promise<number>;
  /** The number of events under an agent's key, about any person. */
  countAgentEvents(key: string): Promise<number>;
  deleteLetters(ids: readonly string[]): Promise<void>;
  /** The members of the database's replica set that hold data and are not hidden. */
  countMembers(): Promise<number>;
  /** Calls without an event received since `time`, finished or not, a page at a time. */
  unchangedSince(time: Date): AsyncIterable<Subject[]>;
  /**
   * The erasures of what agents and dialers have said by `time`, a page at a time. What an agent's present state is made of stays:
   * see pickOutdated.
   */
  outdatedSaid(time: Date): AsyncIterable<Repeated[]>;
  /** What is stored although the ledger says it was erased: a restored backup brought it back. A page at a time. */
  revived(): AsyncIterable<Repeated[]>;
  /** The same among dead letters and calls kept in past collections, which no event stands behind. */
  revivedAside(): AsyncIterable<Erased[]>;
};
