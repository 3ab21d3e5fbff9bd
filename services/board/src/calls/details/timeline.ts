import { canonicalType, type EventType, isEventType } from "@teravoz/domain/event";
import type { CallEvent } from "@teravoz/protocol/client";

/** An anomaly of a step; `ms` is how long it lasted, or by how much the stamps differ. */
export type Note =
  | { kind: "cameBefore"; early: string; ms: number | null }
  | { kind: "noBeginning" | "answeredWithoutWait" | "waitedWithoutAnswer" }
  | { kind: "quiet"; ms: number };

/** One event of a call as people read it: when, what, who, and how long until the next one. */
export type Step = {
  id: number;
  type: string;
  event: Record<string, unknown>;
  /**
   * The moment in the order of the call: the vendor's stamp, or the time of receipt if there is no
   * readable stamp.
   */
  at: number;
  queue: string | null;
  agent: string | null;
  /** The time until the next step with a stamp; null for the last step and for a step without a stamp. */
  lastedMs: number | null;
  notes: Note[];
};

/** Converts the answer of ListCallEvents, which is in the order of the call. Ids increase in the order of arrival. */
export function stepsOf(events: readonly CallEvent[]): Step[] {
  return events.map((each, index) => {
    const { id, event } = each;
    const stamp = stampOf(each);
    const next = events
      .slice(index + 1)
      .map(stampOf)
      .find((time) => time !== null);
    const lastedMs = stamp !== null && next !== undefined ? Math.max(0, next! - stamp) : null;
    const notes = [overtaken(events, index), missing(events, index), quiet(typeOf(events[index]!), lastedMs)];
    return {
      id,
      type: String(event.type),
      event,
      at: stamp ?? Date.parse(each.received_at),
      queue: textOf(event.queue),
      agent: textOf(event.actor),
      lastedMs,
      notes: notes.filter((note) => note !== null),
    };
  });
}

const stampOf = ({ occurred_at }: CallEvent): number | null =>
  occurred_at === null ? null : Date.parse(occurred_at);

/** The type as the catalogue spells it; null if this release does not know it. */
function typeOf({ event }: CallEvent): EventType | null {
  const type = canonicalType(String(event.type));
  return isEventType(type) ? type : null;
}

/**
 * Returns a note if a later step arrived before this one; `ms` is the difference between their stamps. Null
 * if the events arrived in the order of the call.
 */
function overtaken(events: readonly CallEvent[], index: number): Note | null {
  const { id } = events[index]!;
  const early = events.slice(index + 1).find((later) => later.id < id);
  if (!early) return null;
  const [at, earlyAt] = [stampOf(events[index]!), stampOf(early)];
  const ms = at !== null && earlyAt !== null && earlyAt > at ? earlyAt - at : null;
  return { kind: "cameBefore", early: String(early.event.type), ms };
}

/** Returns a note if an earlier step of the life cycle is missing and its absence explains what the board shows. */
function missing(events: readonly CallEvent[], index: number): Note | null {
  const before = events.slice(0, index).map(typeOf);
  const had = (...types: EventType[]) => types.some((type) => before.includes(type));
  const type = typeOf(events[index]!);
  if (index === 0 && !events.some((each) => typeOf(each) === "call.new")) return { kind: "noBeginning" };
  const namesQueue = textOf(events[index]!.event.queue) !== null;
  if (type === "actor.entered" && namesQueue && !had("call.waiting", "actor.entered"))
    return { kind: "answeredWithoutWait" };
  return type === "actor.left" && !had("actor.entered", "call.ongoing")
    ? { kind: "waitedWithoutAnswer" }
    : null;
}

/** Routing, ringing and waiting never take this long, and few talks take longer than QUIET_TALK_MS. */
const QUIET_MS = 10 * 60_000;
const QUIET_TALK_MS = 60 * 60_000;

function quiet(type: EventType | null, lastedMs: number | null): Note | null {
  // events after the end (a recording, an opinion) may arrive at any time
  if (lastedMs === null || type === "call.finished") return null;
  const isTalk = type === "actor.entered" || type === "call.ongoing";
  return lastedMs >= (isTalk ? QUIET_TALK_MS : QUIET_MS) ? { kind: "quiet", ms: lastedMs } : null;
}

const textOf = (value: unknown): string | null =>
  (typeof value === "string" && value !== "") || typeof value === "number" ? String(value) : null;
