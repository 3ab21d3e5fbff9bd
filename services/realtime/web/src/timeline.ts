import type { CallEvent } from "./calls.ts";

/** One event as a person reads a call: when, what, who, and how long it stayed so. */
export type Step = {
  id: number;
  type: string;
  event: Record<string, unknown>;
  /** The vendor's stamp; null where there is none that can be read. */
  at: number | null;
  queue: string | null;
  agent: string | null;
  /** Until the next step with a time; null for the last. */
  lastedMs: number | null;
  /** The type of a later step that had arrived before this one; null where the order of arrival is that of the call. */
  after: string | null;
};

/** The events of a call as ListCallEvents gives them, which is in the order of the call; ids grow in the order of arrival. */
export function stepsOf(events: readonly CallEvent[]): Step[] {
  return events.map(({ id, event }, index) => {
    const at = readTime(event.timestamp);
    const next = events
      .slice(index + 1)
      .map((each) => readTime(each.event.timestamp))
      .find((time) => time !== null);
    const overtaken = events.slice(index + 1).find((later) => later.id < id);
    return {
      id,
      type: String(event.type),
      event,
      at,
      queue: textOf(event.queue),
      agent: textOf(event.actor),
      lastedMs: at !== null && next !== undefined ? Math.max(0, next! - at) : null,
      after: overtaken ? String(overtaken.event.type) : null,
    };
  });
}

const textOf = (value: unknown): string | null =>
  (typeof value === "string" && value !== "") || typeof value === "number" ? String(value) : null;

/** ISO 8601 (without a zone it is UTC), or seconds or milliseconds since the epoch, as some senders write; else null. */
export function readTime(value: unknown): number | null {
  const text = String(value ?? "");
  if (/^\d{10}$/.test(text)) return Number(text) * 1_000;
  if (/^\d{13}$/.test(text)) return Number(text);
  const zoned = /(Z|[+-]\d\d:?\d\d)$/i.test(text) ? text : `${text}Z`;
  const time = /^\d{4}-\d\d-\d\d[T ]/.test(text) ? Date.parse(zoned) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}
