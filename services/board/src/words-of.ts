import type { Theme } from "./base/preferences.ts";
import type { PageName } from "./base/route.ts";
import type { PeriodName } from "./calls/list/periods.ts";
import type { Outcome } from "./deliveries/redrive.ts";
import type { AgentState } from "./model/agent.ts";
import type { CallState } from "./model/call.ts";
import type { DeliveryStatus, Letter } from "./model/delivery.ts";
import type { TrafficNumbers } from "./model/reports.ts";
import type { Standing } from "./model/system-report.ts";
import type { Urgency } from "./reports/urgency.ts";

/** Everything the page says at its first load; a language that lacks a word does not compile. */
export type Words = {
  pages: Record<PageName, string>;
  navigation: string;
  /** The other language, in itself. */
  otherLanguage: string;
  themes: Record<Theme, string>;
  theme: string;
  sound: string;
  tv: string;
  help: string;
  helpTitle: string;
  keys: [keys: string, what: string][];
  cards: Record<
    "waiting" | "longest" | "ongoing" | "free" | "serviceLevel" | "abandoned" | "outbound",
    string
  >;
  window: string;
  today: string;
  lastMinutes(minutes: number): string;
  queueColumns: Record<
    "queue" | "waiting" | "longest" | "free" | "serviceLevel" | "meanWait" | "offered" | "abandoned",
    string
  >;
  /** The definition of each number. */
  tips: Record<
    | ("waiting" | "longest" | "ongoing" | "free" | "serviceLevel" | "meanWait" | "offered" | "abandoned")
    | "outbound",
    string
  >;
  agentStates: Record<AgentState, string>;
  agentsPage: {
    columns: Record<
      "agent" | "state" | "since" | "reason" | "queues" | "taken" | "missed" | "meanTalk",
      string
    >;
    tips: Record<"taken" | "missed" | "meanTalk", string>;
    find: string;
    none: string;
    nobodyFound: string;
    /** A pause or a log-out that was told during the talk, and its definition. */
    next: Record<"PAUSED" | "LOGGED_OUT" | "tip", string>;
    unknownTip: string;
  };
  queues: string;
  noQueue: string;
  noQueues: string;
  nobodyWaits: string;
  livePage: { wait: string; moreQueues(count: number): string; moreWaiting(count: number): string };
  presumedLost: string;
  search: string;
  exportAs(format: string): string;
  exporting(count: number): string;
  exportFailed: string;
  nothingFound: string;
  searchCut: string;
  short: string;
  all: string;
  states: Record<CallState, string>;
  columns: Record<"state" | "from" | "to" | "queue" | "agent" | "began" | "age", string>;
  callsPage: {
    periods: Record<PeriodName, string>;
    own: string;
    from: string;
    to: string;
    wrongOrder: string;
    /** The number of listed calls, and whether the list is complete. */
    count(count: number, progress: "reading" | "whole" | "cut"): string;
    emptyPeriod: string;
    showAll: string;
  };
  directions: Record<string, string>;
  /** Events in words, by type; other types are shown as they are. */
  happenings: Readonly<Record<string, string>>;
  /** "X" came before "Y", by so much where that is known. */
  cameBefore(early: string, late: string, by: string | null): string;
  body: string;
  copy: string;
  copied: string;
  showNumbers: string;
  hideNumbers: string;
  live: string;
  connecting: string;
  reconnecting: string;
  lost: string;
  /** The page is connected, and the server itself is cut off. */
  cutOff: string;
  /** In place of "live" then. */
  outdated: string;
  stale(since: string): string;
  empty: string;
  /** For developers. */
  emptyHow: string;
  unknownAddress: string;
  emptyState: string;
  call: string;
  events: string;
  direction: string;
  began: string;
  answered: string;
  ended: string;
  loading: string;
  notFetched: string;
  unreadable: string;
  moreEvents: string;
  erased: string;
  close: string;
  tokenTitle: string;
  tokenWhy: string;
  tokenWrong: string;
  token: string;
  enter: string;
  filter: string;
  callNotes: {
    /** The first event there is, in words. */
    noBeginning(first: string): string;
    answeredWithoutWait: string;
    waitedWithoutAnswer: string;
    quiet(length: string): string;
  };
  rewind: {
    handle: string;
    handleTip: string;
    /** Beside the moment that is seen. */
    title: string;
    /** In place of "live". */
    light: string;
    backToLive: string;
    controls: string;
    moment: string;
    play: string;
    pause: string;
    back(seconds: number): string;
    forward(seconds: number): string;
    speed: string;
    slider: string;
    troubles: Record<"slow" | "future" | "unreadable", string>;
    nobodyWaited: string;
    noCalls: string;
    wholeCall: string;
  };
  reload: string;
  seeAllOfNumber: string;
  /** The numbers of outbound and internal calls. */
  traffic: Record<keyof TrafficNumbers, string>;
  abandonedAt: string;
  exportTable: string;
  /** The marks of a delivery: of the page of deliveries and of each call. */
  delivery: {
    statuses: Record<DeliveryStatus, string>;
    /** The meaning of each status, in one sentence. */
    tips: Record<DeliveryStatus, string>;
    letterStatuses: Record<Letter["status"], string>;
    lateBy(time: string): string;
    after(event: string): string;
    copies(count: number): string;
    redelivered(times: number): string;
    ofCall(count: number): string;
  };
};

/** The words of pages that are seldom opened: they are fetched with the first of them. */
export type RareWords = {
  numberPage: {
    callsOf: string;
    noNumber: string;
    noCalls: string;
    totals: Record<"calls" | "answered" | "abandoned" | "talk" | "first" | "last" | "returned", string>;
    tips: Record<"answered" | "abandoned" | "talk" | "returned", string>;
    at: string;
    notReturned: string;
    returnedAt(time: string): string;
    outcome: string;
    gaveUp: string;
    shown(count: number, full: boolean): string;
    ofLatest(count: number): string;
    more: string;
    unreadable: string;
  };
  systemPage: {
    /** All is well, look, something is wrong. */
    verdicts: Record<Urgency, string>;
    deaf: string;
    missing(service: string): string;
    foreign(name: string, id: string): string;
    unready(name: string, why: string): string;
    silent(name: string, since: string): string;
    tolerated(name: string, why: string): string;
    spool(name: string, count: string, age: string): string;
    lag(count: string, age: string): string;
    lagUnknown(reason: string): string;
    unavailable(count: string): string;
    cards: Record<"events" | "lag" | "accepted" | "refused" | "sockets", string>;
    tips: Record<"events" | "lag" | "accepted" | "refused" | "sockets" | "wrongPaths" | "origins", string>;
    lastHour(most: string): string;
    instances: string;
    installation(id: string): string;
    ofAnother(id: string): string;
    instanceColumns: Record<"service" | "instance" | "state" | "since" | "hands" | "version", string>;
    /** The job of each service. */
    jobs: Readonly<Record<string, string>>;
    standings: Record<Standing, string>;
    nobody: string;
    nobodyYet: string;
    isTolerated: string;
    partitions(count: number): string;
    sockets(count: number): string;
    spooled(count: string): string;
    lags: string;
    lagColumns: Record<"topic" | "records" | "worst" | "waited", string>;
    worst(partition: number, count: string): string;
    lagUnknownHere: string;
    refused: string;
    refusedColumns: Record<"status" | "why" | "count" | "last", string>;
    /** Why the webhook answers so, by status. */
    reasons: Readonly<Record<number, string>>;
    refusedOrigins: string;
    originColumns: Record<"origin" | "count" | "last", string>;
    nothingRefused: string;
    nothingCame: string;
  };
  deliveriesPage: {
    columns: Record<"received" | "status" | "event" | "key" | "answer" | "note", string>;
    facts: Record<"reason" | "letterStatus" | "firstSeen" | "lastSeen" | "copies", string>;
    /** The reasons of dead letters; other reasons are shown as they are. */
    reasons: Readonly<Record<string, string>>;
    filter: string;
    search: string;
    shown(count: number, more: boolean): string;
    more: string;
    noMore: string;
    empty: string;
    nothing: string;
    nothingYet: string;
    bodyUnreadable: string;
    noBody: string;
    binary: string;
    noRights: string;
    adminTokenLabel: string;
    adminTokenWrong: string;
    redriveOne: string;
    sending: string;
    outcomes: Record<Outcome, string>;
    redriveAll: {
      all: string;
      confirm(count: number): string;
      cancel: string;
      sending(done: number, of: number): string;
      unreadable: string;
      result(counts: Partial<Record<Outcome, number>>, left: number): string;
    };
  };
};

/** The sum over all outcomes. */
export const sumOf = (counts: Partial<Record<Outcome, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);
