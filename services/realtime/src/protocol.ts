import { type CallFilter, type CallState, type CallWindow, readTimestamp } from "@teravoz/domain";
import { failed, type Message } from "./messages.ts";

/** A message of a client, not yet looked into: its name and whatever came with it. */
export type Request = { event: string; data: unknown };

export type Command =
  | { event: "ListCalls"; filter: CallFilter; window?: CallWindow; limit: number; cursor: string | null }
  | { event: "ListCallEvents"; call_id: string; limit: number; cursor: string | null }
  | { event: "ListQueues" | "ListAbandoned"; minutes: number | null }
  | { event: "Subscribe"; filter: CallFilter; window?: CallWindow; limit: number };

/** What is wrong with a command, in words for whoever sent it. */
type Fault = { fault: string };

export const MAX_CALLS = 10_000;
export const MAX_EVENTS = 1_000;
/** A sliding window of numbers: a day at most. */
export const MAX_MINUTES = 1_440;
/** Cursors are short texts of our own; this only keeps nonsense away from the database. */
const MAX_CURSOR = 1_024;

const STATES: readonly string[] = [
  "NEW",
  "STANDBY",
  "WAITING",
  "ONGOING",
  "FINISHED",
] satisfies readonly CallState[];

const FIELDS: Record<keyof CallFilter, (name: string, value: unknown) => string | number | Fault> = {
  id: readId,
  aggregate_id: readText,
  state: readState,
  queue: readText,
  actor: readText,
  our_number: readText,
  their_number: readText,
  code: readText,
  direction: readText,
};

const READERS: Record<Command["event"], (data: Record<string, unknown>) => Command | Fault> = {
  ListCalls: readListCalls,
  ListCallEvents: readListCallEvents,
  ListQueues: (data) => readWindow("ListQueues", data),
  ListAbandoned: (data) => readWindow("ListAbandoned", data),
  Subscribe: readSubscribe,
};

/** Reads a text frame `{"event","data"}`; null where it is no message. Never throws. */
export function parseFrame(text: string): Request | null {
  const value = parseJson(text);
  if (!isRecord(value) || typeof value.event !== "string") return null;
  return { event: value.event, data: value.data };
}

/** Reads a command, or answers with the message that refuses it: InvalidEvent or Failed. Never throws. */
export function parseCommand({ event, data }: Request): { command: Command } | { refusal: Message } {
  if (!isCommandName(event)) return { refusal: failed("InvalidEvent", unknownEvent(event)) };
  const given = data ?? {};
  const read = isRecord(given) ? READERS[event](given) : { fault: "data must be an object" };
  return "fault" in read ? { refusal: failed(event, read.fault) } : { command: read };
}

/** Equal commands have equal keys, however they were spelled. */
export const commandKey = (command: Command): string => JSON.stringify(command);

/** Whether a name is one of the commands; all others are one to whoever counts them. */
export const isCommandName = (event: string): event is Command["event"] => Object.hasOwn(READERS, event);

const unknownEvent = (event: string) =>
  `unknown event ${JSON.stringify(event.slice(0, 100))}; known are ${Object.keys(READERS).join(", ")}`;

function readListCalls(data: Record<string, unknown>): Command | Fault {
  const stray = findStray(data, ["params", "limit", "cursor", "since", "until"]);
  const filter = readFilter(data.params);
  const window = readCallWindow(data);
  const limit = readLimit(data.limit, MAX_CALLS);
  const cursor = readCursor(data.cursor);
  const fault = firstFault(stray, filter, limit, cursor, window);
  return fault ?? ({ event: "ListCalls", filter, ...window, limit, cursor } as Command);
}

function readListCallEvents(data: Record<string, unknown>): Command | Fault {
  const stray = findStray(data, ["call_id", "limit", "cursor"]);
  const call_id = readCallId(data.call_id);
  const limit = readLimit(data.limit, MAX_EVENTS);
  const cursor = readCursor(data.cursor);
  const fault = firstFault(stray, call_id, limit, cursor);
  return fault ?? ({ event: "ListCallEvents", call_id, limit, cursor } as Command);
}

/** Without minutes the window is today. */
function readWindow(event: "ListQueues" | "ListAbandoned", data: Record<string, unknown>): Command | Fault {
  const stray = findStray(data, ["minutes"]);
  const minutes = isSet(data.minutes) ? readWhole("minutes", data.minutes, MAX_MINUTES) : null;
  return firstFault(stray, minutes) ?? ({ event, minutes } as Command);
}

function readSubscribe(data: Record<string, unknown>): Command | Fault {
  const stray = findStray(data, ["params", "limit", "since", "until"]);
  const filter = readFilter(data.params);
  const window = readCallWindow(data);
  const limit = readLimit(data.limit, MAX_CALLS);
  const fault = firstFault(stray, filter, limit, window);
  return fault ?? ({ event: "Subscribe", filter, ...window, limit } as Command);
}

/** Nothing where neither end is given: such a command is the one it was before there were windows. */
function readCallWindow(data: Record<string, unknown>): { window?: CallWindow } | Fault {
  const given = (["since", "until"] as const).filter((name) => isSet(data[name]));
  const ends = given.map((name) => [name, readMoment(name, data[name])] as const);
  const fault = firstFault(...ends.map(([, end]) => end));
  if (fault || ends.length === 0) return fault ?? {};
  const window = Object.fromEntries(ends) as CallWindow;
  const { since, until } = window;
  return since && until && until <= since ? { fault: "until must be after since" } : { window };
}

/** With a T in it: digits alone could be seconds or milliseconds. */
function readMoment(name: string, value: unknown): Date | Fault {
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

function readFilter(params: unknown): CallFilter | Fault {
  if (params === undefined || params === null) return {};
  if (!isRecord(params)) return { fault: "params must be an object" };
  if (Object.keys(params).some((name) => !Object.hasOwn(FIELDS, name)))
    return { fault: `params may hold only ${Object.keys(FIELDS).join(", ")}` };
  const set = Object.entries(FIELDS).filter(([name]) => isSet(params[name]));
  const values = set.map(([name, read]) => [name, read(name, params[name])] as const);
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
