import {
  type CallFilter,
  type CallSearch,
  type CallState,
  type CallWindow,
  type DeliveryStatus,
  EVENT_STATUSES,
  LETTER_STATUSES,
  readSearch as readTerm,
  readTimestamp,
  type SearchAccount,
  type Telephone,
} from "@teravoz/domain";
import type { AskedDeliveries } from "./deliveries.ts";
import { failed, type Message } from "./messages.ts";

/** A message of a client, not yet looked into: its name and whatever came with it. */
export type Request = { event: string; data: unknown };

/** Numbers of a window: the last minutes, or today. */
type WindowCommand = "ListQueues" | "ListAgents";

/** A report to be followed: which one, and its window. */
export type ReportSubject = { event: "SubscribeQueues" | "SubscribeAgents"; minutes: number | null };

export type Command =
  | ({ event: "ListCalls"; cursor: string | null } & AskedCalls)
  | { event: "ListCallEvents"; call_id: string; limit: number; cursor: string | null }
  | { event: WindowCommand; minutes: number | null }
  | { event: "ListAbandoned"; minutes: number | null; days: number | null }
  | { event: "ListQueueDay"; queue: string | null }
  | { event: "ListStats" | "ListSystem"; minutes: number }
  | ReportSubject
  | { event: "Rewind"; at: number; minutes: number | null }
  | ({ event: "ListDeliveries" } & AskedDeliveries)
  | { event: "ShowDelivery"; id: string }
  | { event: "ShowNumber"; telephone: Telephone | null }
  | ({ event: "Subscribe" } & AskedCalls);

/** The calls that a list or a subscription is about; `order` is absent for that of ids. */
export type AskedCalls = { filter: CallFilter; window?: CallWindow; order?: "began_at"; limit: number };

/** What is wrong with a command, in words for whoever sent it. */
type Fault = { fault: string };

export const MAX_CALLS = 10_000;
export const MAX_EVENTS = 1_000;
/** 300 KB: with the order of their calls some 25 ms of the database. */
export const MAX_DELIVERIES = 1_000;
/** A sliding window of numbers: a day at most. */
export const MAX_MINUTES = 1_440;
/** Of the counts of events and calls, unless others are asked for. */
export const STATS_MINUTES = 30;
/** How far back the rates and refusals of the system go, unless others are asked for. */
const SYSTEM_MINUTES = 60;
/** Cursors are short texts of our own; this only keeps nonsense away from the database. */
const MAX_CURSOR = 1_024;
/** No field of a call that a search compares is longer. */
const MAX_SEARCH = 256;

const STATES: readonly string[] = [
  "NEW",
  "STANDBY",
  "WAITING",
  "ONGOING",
  "FINISHED",
] satisfies readonly CallState[];

/** A moment, to the second or finer. */
const ISO_8601 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;

type FieldReader = (name: string, value: unknown, account: SearchAccount) => FieldValue | Fault | undefined;
type FieldValue = NonNullable<CallFilter[keyof CallFilter]>;

const FIELDS: Record<keyof CallFilter, FieldReader> = {
  id: readId,
  aggregate_id: readText,
  state: readState,
  queue: readText,
  actor: readText,
  agent: readText,
  our_number: readText,
  their_number: readText,
  code: readText,
  direction: readText,
  counted_as: readText,
  visited: readText,
  waiting: readTrue,
  number: readNumber,
  search: readSearch,
};

type Reader = (data: Record<string, unknown>, account: SearchAccount) => Command | Fault;

const READERS: Record<Command["event"], Reader> = {
  ListCalls: readListCalls,
  ListCallEvents: readListCallEvents,
  ListQueues: (data) => readWindow("ListQueues", data),
  ListAgents: (data) => readWindow("ListAgents", data),
  ListQueueDay: readQueueDay,
  ListAbandoned: readListAbandoned,
  ListStats: (data) => readCounted("ListStats", data, STATS_MINUTES),
  ListSystem: (data) => readCounted("ListSystem", data, SYSTEM_MINUTES),
  Rewind: readRewind,
  ListDeliveries: readListDeliveries,
  ShowDelivery: readShowDelivery,
  ShowNumber: readShowNumber,
  Subscribe: readSubscribe,
  SubscribeQueues: (data) => readWindow("SubscribeQueues", data),
  SubscribeAgents: (data) => readWindow("SubscribeAgents", data),
};

/** Reads a text frame `{"event","data"}`; null where it is no message. Never throws. */
export function parseFrame(text: string): Request | null {
  const value = parseJson(text);
  if (!isRecord(value) || typeof value.event !== "string") return null;
  return { event: value.event, data: value.data };
}

/**
 * Reads a command, or answers with the message that refuses it: InvalidEvent or Failed. Never throws. Numbers and search terms become
 * what the calls of the account are compared with.
 */
export function parseCommand(
  { event, data }: Request,
  account: SearchAccount,
): { command: Command } | { refusal: Message } {
  if (!isCommandName(event)) return { refusal: failed("InvalidEvent", unknownEvent(event)) };
  const given = data ?? {};
  const read = isRecord(given) ? READERS[event](given, account) : { fault: "data must be an object" };
  return "fault" in read ? { refusal: failed(event, read.fault) } : { command: read };
}

/** Equal commands have equal keys, however they were spelled. */
export const commandKey = (command: Command): string => JSON.stringify(command);

/** Whether a name is one of the commands; all others are one to whoever counts them. */
export const isCommandName = (event: string): event is Command["event"] => Object.hasOwn(READERS, event);

const unknownEvent = (event: string) =>
  `unknown event ${JSON.stringify(event.slice(0, 50))}; known are ${Object.keys(READERS).join(", ")}`;

function readListCalls(data: Record<string, unknown>, account: SearchAccount): Command | Fault {
  const stray = findStray(data, ["params", "limit", "cursor", "since", "until", "order"]);
  const asked = readAskedCalls(data, account);
  const cursor = readCursor(data.cursor);
  return firstFault(stray, asked, cursor) ?? ({ event: "ListCalls", ...asked, cursor } as Command);
}

function readListCallEvents(data: Record<string, unknown>): Command | Fault {
  const stray = findStray(data, ["call_id", "limit", "cursor"]);
  const call_id = readCallId(data.call_id);
  const limit = readLimit(data.limit, MAX_EVENTS);
  const cursor = readCursor(data.cursor);
  const fault = firstFault(stray, call_id, limit, cursor);
  return fault ?? ({ event: "ListCallEvents", call_id, limit, cursor } as Command);
}

function readCounted(
  event: "ListStats" | "ListSystem",
  data: Record<string, unknown>,
  usual: number,
): Command | Fault {
  const stray = findStray(data, ["minutes"]);
  const minutes = readMinutes(data.minutes) ?? usual;
  return firstFault(stray, minutes) ?? ({ event, minutes } as Command);
}

/** Without minutes the window is today. */
function readWindow(
  event: WindowCommand | ReportSubject["event"],
  data: Record<string, unknown>,
): Command | Fault {
  const stray = findStray(data, ["minutes"]);
  const minutes = readMinutes(data.minutes);
  return firstFault(stray, minutes) ?? ({ event, minutes } as Command);
}

/** How far back the abandoned calls go. */
const MAX_DAYS = 7;

/** Without minutes and days the window is today. */
function readListAbandoned(data: Record<string, unknown>): Command | Fault {
  const stray = findStray(data, ["minutes", "days"]);
  const minutes = readMinutes(data.minutes);
  const days = isSet(data.days) ? readWhole("days", data.days, MAX_DAYS) : null;
  const both = minutes !== null && days !== null ? { fault: "give minutes or days, not both" } : null;
  return firstFault(stray, minutes, days, both) ?? ({ event: "ListAbandoned", minutes, days } as Command);
}

/** Without a queue it is about all of them. */
function readQueueDay(data: Record<string, unknown>): Command | Fault {
  const stray = findStray(data, ["queue"]);
  const queue = isSet(data.queue) ? readText("queue", data.queue) : null;
  return firstFault(stray, queue) ?? ({ event: "ListQueueDay", queue } as Command);
}

function readRewind(data: Record<string, unknown>): Command | Fault {
  const stray = findStray(data, ["at", "minutes"]);
  const at = readMoment(data.at);
  const minutes = readMinutes(data.minutes);
  return firstFault(stray, at, minutes) ?? ({ event: "Rewind", at, minutes } as Command);
}

const readMinutes = (value: unknown): number | null | Fault =>
  isSet(value) ? readWhole("minutes", value, MAX_MINUTES) : null;

/** There was no call before. */
const EARLIEST = Date.UTC(2000, 0);
/** What Date can hold. */
const LATEST = 8.64e15;

function readMoment(value: unknown): number | Fault {
  const ms = typeof value === "string" && ISO_8601.test(value) ? Date.parse(value) : value;
  if (typeof ms === "number" && Number.isInteger(ms) && ms >= EARLIEST && ms <= LATEST) return ms;
  return {
    fault: "at must be a moment since 2000, in ISO 8601 with its zone or in milliseconds since the epoch",
  };
}

function readListDeliveries(data: Record<string, unknown>): Command | Fault {
  const stray = findStray(data, ["status", "call_id", "limit", "cursor"]);
  const status = isSet(data.status) ? readStatus(data.status) : null;
  const call_id = isSet(data.call_id) ? readText("call_id", data.call_id) : null;
  const limit = readLimit(data.limit, MAX_DELIVERIES);
  const cursor = readCursor(data.cursor);
  const fault = firstFault(stray, status, call_id, limit, cursor);
  return fault ?? ({ event: "ListDeliveries", status, call_id, limit, cursor } as Command);
}

const STATUSES: readonly DeliveryStatus[] = [...EVENT_STATUSES, ...LETTER_STATUSES];

function readStatus(value: unknown): DeliveryStatus | Fault {
  const status = STATUSES.find((each) => each === value);
  return status ?? { fault: `status must be one of ${STATUSES.join(", ")}` };
}

function readShowDelivery(data: Record<string, unknown>): Command | Fault {
  const stray = findStray(data, ["id"]);
  const fault = { fault: "id must be a string that is not empty" };
  const id = typeof data.id === "string" && data.id !== "" ? data.id : fault;
  return firstFault(stray, id) ?? ({ event: "ShowDelivery", id } as Command);
}

/** Null where the text names nobody. */
function readShowNumber(data: Record<string, unknown>, { readTelephone }: SearchAccount): Command | Fault {
  const number = readText("number", data.number);
  const fault = firstFault(findStray(data, ["number"]), number);
  return fault ?? { event: "ShowNumber", telephone: readTelephone(number) };
}

function readSubscribe(data: Record<string, unknown>, account: SearchAccount): Command | Fault {
  const stray = findStray(data, ["params", "limit", "since", "until", "order"]);
  const asked = readAskedCalls(data, account);
  return firstFault(stray, asked) ?? ({ event: "Subscribe", ...asked } as Command);
}

function readAskedCalls(data: Record<string, unknown>, account: SearchAccount): AskedCalls | Fault {
  const filter = readFilter(data.params, account);
  const window = readCallWindow(data);
  const order = readOrder(data.order);
  const limit = readLimit(data.limit, MAX_CALLS);
  return firstFault(filter, limit, window, order) ?? ({ filter, ...window, ...order, limit } as AskedCalls);
}

/** Nothing for the usual order, that of ids. */
function readOrder(value: unknown): { order?: "began_at" } | Fault {
  if (!isSet(value) || value === "id") return {};
  return value === "began_at" ? { order: value } : { fault: "order must be id or began_at" };
}

/** Nothing where neither end is given: such a command is the one it was before there were windows. */
function readCallWindow(data: Record<string, unknown>): { window?: CallWindow } | Fault {
  const given = (["since", "until"] as const).filter((name) => isSet(data[name]));
  const ends = given.map((name) => [name, readEnd(name, data[name])] as const);
  const fault = firstFault(...ends.map(([, end]) => end));
  if (fault || ends.length === 0) return fault ?? {};
  const window = Object.fromEntries(ends) as CallWindow;
  const { since, until } = window;
  return since && until && until <= since ? { fault: "until must be after since" } : { window };
}

/** With a T in it: digits alone could be seconds or milliseconds. */
function readEnd(name: string, value: unknown): Date | Fault {
  const read = typeof value === "string" && /t/i.test(value) ? readTimestamp(value) : null;
  return read
    ? new Date(read.ms)
    : { fault: `${name} must be a time in ISO 8601, like 2026-11-25T10:42:07Z` };
}

/** A filter that was put at the wrong place must not mean "all": what is not known is refused. */
function findStray(data: Record<string, unknown>, known: string[]): Fault | null {
  const stray = Object.keys(data).find((name) => !known.includes(name));
  return stray === undefined ? null : { fault: `data may hold only ${known.join(", ")}` };
}

function readFilter(params: unknown, account: SearchAccount): CallFilter | Fault {
  if (params === undefined || params === null) return {};
  if (!isRecord(params)) return { fault: "params must be an object" };
  if (Object.keys(params).some((name) => !Object.hasOwn(FIELDS, name)))
    return { fault: `params may hold only ${Object.keys(FIELDS).join(", ")}` };
  const set = Object.entries(FIELDS).filter(([name]) => isSet(params[name]));
  const values = set.map(([name, read]) => [name, read(name, params[name], account)] as const);
  return firstFault(...values.map(([, value]) => value)) ?? (Object.fromEntries(values) as CallFilter);
}

/** null and "" are the same as not given, as a form sends them. */
const isSet = (value: unknown): boolean => value !== undefined && value !== null && value !== "";

/** What can be in no call (too long, a lone surrogate) is no fault: nothing equals it. */
function readText(name: string, value: unknown): string | Fault {
  const scalar = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
  return scalar ? String(value) : { fault: `${name} must be a string, a number or a boolean` };
}

/** As text for a form's sake; what is no integer equals no id: NaN, which equals nothing. */
function readId(name: string, value: unknown): number | Fault {
  const text = readText(name, value);
  return typeof text !== "string" ? text : /^-?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
}

/** A canonical form. What names nobody equals no number, and is no fault either. */
function readNumber(name: string, value: unknown, { readTelephone }: SearchAccount): string | Fault {
  const text = readText(name, value);
  return typeof text === "string" ? (readTelephone(text)?.canonical ?? "") : text;
}

/** Blanks are no search, as a form sends them. */
function readSearch(name: string, value: unknown, account: SearchAccount): CallSearch | Fault | undefined {
  const text = readText(name, value);
  if (typeof text !== "string") return text;
  if (text.trim() === "") return undefined;
  return text.length <= MAX_SEARCH
    ? readTerm(text, account)
    : { fault: `${name} must be a text of at most ${MAX_SEARCH} characters` };
}

function readTrue(name: string, value: unknown): true | Fault {
  return value === true || value === "true" ? true : { fault: `${name} must be true, or left out` };
}

function readState(name: string, value: unknown): string | Fault {
  if (typeof value === "string" && STATES.includes(value)) return value;
  return { fault: `${name} must be one of ${STATES.join(", ")}` };
}

function readCallId(value: unknown): string | Fault {
  const fault = { fault: "call_id must be a string that is not empty" };
  return (typeof value === "string" || typeof value === "number") && value !== "" ? String(value) : fault;
}

const readLimit = (value: unknown, max: number): number | Fault =>
  value === undefined || value === null ? max : readWhole("limit", value, max);

function readWhole(name: string, value: unknown, max: number): number | Fault {
  if (typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= max) return value;
  return { fault: `${name} must be an integer from 1 to ${max}` };
}

function readCursor(value: unknown): string | null | Fault {
  if (value === undefined || value === null) return null;
  if (typeof value === "string" && value !== "" && value.length <= MAX_CURSOR) return value;
  return { fault: "cursor must be the next of a page before" };
}

function firstFault(...values: unknown[]): Fault | null {
  return values.find((value): value is Fault => isRecord(value) && "fault" in value) ?? null;
}

/** An object as JSON makes it: an empty Buffer among socket.io's arguments is none, or it would mean "all". */
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
