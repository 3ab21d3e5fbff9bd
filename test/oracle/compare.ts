import type { Call } from "./call.ts";
import { nameOf, type OracleEvent, readSteps, textOf } from "./events.ts";
import type { AgentRow } from "./numbers/agents.ts";
import type { QueueNumbers } from "./numbers/queues.ts";
import type { Answer } from "./oracle.ts";

type Row = Record<string, unknown>;

/**
 * Every number as plain JSON: moments in ISO 8601, rows by their keys, lists sorted. Both sides of a comparison have
 * this form.
 */
export type Board = {
  /** By call_id. */
  calls: Record<string, Row>;
  /** By queue, "null" for visits without one. Queues with nothing in them are left out. */
  queues: Record<string, Row>;
  total: Row;
  /** By name in lower case. */
  agents: Record<string, Row>;
  /** By call_id, queue and moment of the end. */
  abandoned: Record<string, Row>;
  waiting: string[];
};

/** The first place where two boards differ, for example `calls.c1.legs.0.agent`. */
export type Difference = { path: string[]; expected: unknown; got: unknown };

export function boardOf({ calls, queues, total, agents, abandoned, waiting }: Answer): Board {
  return sortKeys({
    calls: lowerNames(byKey([...calls.values()], ({ call_id }) => call_id, callOf)),
    queues: withoutEmpty(
      Object.fromEntries([...queues].map(([queue, numbers]) => [String(queue), numbersOf(numbers)])),
    ),
    total: numbersOf(total),
    agents: byKey(agents, ({ agent }) => agent.toLowerCase(), agentOf),
    abandoned: byKey(
      abandoned,
      ({ aggregate_id, queue, ended_at }) => `${aggregate_id} ${queue} ${iso(ended_at)}`,
      (row) => withTimes(row, ["entered_at", "ended_at", "returned_at"]),
    ),
    waiting: [...waiting].sort(),
  }) as Board;
}

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

function byKey<T>(
  rows: readonly T[],
  keyOf: (row: T) => string,
  plain: (row: T) => Row,
): Record<string, Row> {
  return Object.fromEntries(rows.map((row) => [keyOf(row), plain(row)]));
}

function withTimes(row: Row, fields: readonly string[]): Row {
  const times = fields.map((field) => [field, iso(row[field] as number | null)]);
  return { ...row, ...Object.fromEntries(times) };
}

function callOf(call: Call): Row {
  const { state, began_at, finished_at, answered_at, waiting_since, abandoned, actor, counted_as } = call;
  const row = { state, began_at, finished_at, answered_at, waiting_since, abandoned, actor, counted_as };
  return {
    ...withTimes(row, ["began_at", "finished_at", "answered_at", "waiting_since"]),
    legs: call.visits.map((visit) =>
      withTimes(visit, ["entered_at", "answered_at", "talked_until", "ended_at"]),
    ),
    talks: call.talks.map(({ agent, entered_at, ended_at }) => ({
      agent,
      entered_at: iso(entered_at),
      ended_at: iso(ended_at),
    })),
  };
}

/** Returns a copy with all names in lower case, because their spelling is not compared. */
export const lowerNames = <T>(rows: T): T =>
  JSON.parse(JSON.stringify(rows), (key, value) =>
    (key === "agent" || key === "actor") && typeof value === "string" ? value.toLowerCase() : value,
  );

const numbersOf = (numbers: QueueNumbers): Row => withTimes(numbers, ["waiting_since"]);

/**
 * Returns the row without the name, whose spelling is not compared. `since` is defined, and compared, for talks and
 * rings only.
 */
const agentOf = ({ agent: _agent, since, ...row }: AgentRow): Row => ({
  ...row,
  ...sinceOf(row.state, iso(since)),
});

export const sinceOf = (state: string, since: string | null): Row =>
  state === "TALKING" || state === "RINGING" ? { since } : {};

/** Returns the rows that have a value other than 0 and null. */
export function withoutEmpty(rows: Record<string, Row>): Record<string, Row> {
  const isEmpty = (value: unknown): boolean =>
    value === 0 ||
    value === null ||
    (typeof value === "object" && Object.values(value).every((each) => isEmpty(each)));
  return Object.fromEntries(Object.entries(rows).filter(([, row]) => !isEmpty(row)));
}

/** Returns a copy with the keys of all objects in alphabetical order. */
export function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sortKeys(each)]));
}

/** Returns the first difference, null if both are equal. Fractions may differ by rounding. */
export function firstDifference(
  expected: unknown,
  got: unknown,
  path: readonly string[] = [],
): Difference | null {
  if (!isObject(expected) || !isObject(got))
    return isEqual(expected, got) ? null : { path: [...path], expected, got };
  const keys = new Set([...Object.keys(expected), ...Object.keys(got)]);
  for (const key of [...keys].sort()) {
    const difference = firstDifference(expected[key], got[key], [...path, key]);
    if (difference) return difference;
  }
  return null;
}

const isObject = (value: unknown): value is Row => typeof value === "object" && value !== null;

function isEqual(a: unknown, b: unknown): boolean {
  if (typeof a === "number" && typeof b === "number") return Math.abs(a - b) < 1e-9;
  return a === b;
}

/** Describes a difference, and lists the events that it is about in the order of their time. */
export function explain(difference: Difference, events: readonly OracleEvent[]): string {
  const { path, expected, got } = difference;
  const lines = eventsAbout(path, events).map(
    ({ body, received_at }) => `  ${received_at.toISOString()} ${JSON.stringify(body)}`,
  );
  return [
    `${path.join(".")}: the oracle counts ${show(expected)}, got ${show(got)}`,
    "received at, event:",
    ...lines,
  ].join("\n");
}

const show = (value: unknown): string => JSON.stringify(value) ?? "nothing";

/** Returns the events of the call, agent or queue that the path names, with those of all its calls; else all events. */
function eventsAbout([topic, key]: readonly string[], events: readonly OracleEvent[]): OracleEvent[] {
  const sorted = [...events].sort((a, b) => timeOf(a) - timeOf(b));
  if (topic === "calls") return sorted.filter(({ body }) => textOf(body.call_id) === key);
  if (topic === "abandoned") return sorted.filter(({ body }) => textOf(body.call_id) === key!.split(" ")[0]);
  if (topic === "agents") return sorted.filter((event) => isOfCallOf(event, ofAgent(key!), events));
  if (topic === "queues" && key !== "null")
    return sorted.filter((event) => isOfCallOf(event, ({ body }) => textOf(body.queue) === key, events));
  return sorted;
}

const timeOf = (event: OracleEvent): number => readSteps([event])[0]!.at;

type IsMeant = (event: OracleEvent) => boolean;

const ofAgent =
  (name: string): IsMeant =>
  (event) =>
    nameOf(readSteps([event])[0]!)?.toLowerCase() === name;

const isOfCallOf = (event: OracleEvent, isMeant: IsMeant, events: readonly OracleEvent[]): boolean =>
  isMeant(event) ||
  (event.body.call_id !== undefined &&
    events.some((other) => other.body.call_id === event.body.call_id && isMeant(other)));

/** Returns a smaller list of events that still fails: drops one event at a time until each one is needed. */
export function shrink<T>(events: readonly T[], fails: (events: readonly T[]) => boolean): T[] {
  let smallest = [...events];
  for (let n = 0; n < smallest.length; ) {
    const smaller = smallest.toSpliced(n, 1);
    if (!fails(smaller)) {
      n += 1;
      continue;
    }
    smallest = smaller;
    n = 0;
  }
  return smallest;
}
