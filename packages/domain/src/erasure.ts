import type { Event, EventKind } from "./event.ts";

/** What can be erased: a call, or the events of an agent. */
export type Subject = { kind: EventKind; key: string };

/** A subject that was erased. A call is gone for good; an agent lives on, and loses its events up to `erased_at`. */
export type Erased = Subject & { erased_at: Date };

/** A tombstone as it was read from the log. */
export type Erasure = Erased & {
  /** By then the log holds nothing of the subject that was written before the tombstone. */
  log_clean_by: Date;
  /** It says an earlier erasure once more (an answer, a sweep): what was asked for since waits for a tombstone of its own. */
  isRepeated?: boolean;
};

type Stamped = Pick<Event, "occurred_at" | "received_at">;
type Owned = Pick<Event, "kind" | "aggregate_id">;

/** Whether an event goes with its subject, or stays out when it comes (again) later. */
export const isErased = (event: Stamped, { kind, erased_at }: Erased): boolean =>
  kind === "call" || beganBy(event, erased_at);

/** A vendor's clock may be ahead, a redelivery is received late: the earlier of the two stamps counts. */
const beganBy = ({ occurred_at, received_at }: Stamped, time: Date): boolean =>
  received_at <= time || (occurred_at !== null && occurred_at <= time);

/** Erased subjects by `subjectId`; of several of one subject the latest counts. */
export function latestErased<T extends Erased>(all: Iterable<T>): Map<string, T> {
  const latest = new Map<string, T>();
  for (const erased of all) {
    const known = latest.get(subjectId(erased));
    if (!known || known.erased_at < erased.erased_at) latest.set(subjectId(erased), erased);
  }
  return latest;
}

/** A call and an agent of the same key are two. */
export const subjectId = ({ kind, key }: Subject): string => `${kind}:${key}`;

export const subjectOf = ({ kind, aggregate_id }: Owned): Subject => ({ kind, key: aggregate_id });

/** The subjects of events, each once. */
export function subjectsOf(events: readonly Owned[]): Subject[] {
  const subjects = new Map(events.map((event) => [subjectId(subjectOf(event)), subjectOf(event)]));
  return [...subjects.values()];
}
