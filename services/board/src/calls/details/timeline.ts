import type { CallEvent } from "../../model/call.ts";

/** What is odd about a step, for a sentence; `ms` where it lasted or differs by so much. */
export type Note =
  | { kind: "cameBefore"; early: string; ms: number | null }
  | { kind: "noBeginning" | "answeredWithoutWait" | "waitedWithoutAnswer" }
  | { kind: "quiet"; ms: number };

/** One event as a person reads a call: when, what, who, and how long it stayed so. */
export type Step = {
  id: number;
  type: string;
  event: Record<string, unknown>;
  /** Where it stands in the order of the call: the vendor's stamp, or the time of receipt if it has none that can be read. */
  at: number;
  queue: string | null;
  agent: string | null;
  /** Until the next step with a stamp; null for the last, and for a step without one. */
  lastedMs: number | null;
  notes: Note[];
};

/** The events of a call as ListCallEvents gives them, which is in the order of the call; ids grow in the order of arrival. */
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

const typeOf = ({ event }: CallEvent): string =>
  event.type === "call.on-going" ? "call.ongoing" : String(event.type);

/** A later step had arrived before this one: by their stamps so much too early. Null where the order of arrival is that of the call. */
function overtaken(events: readonly CallEvent[], index: number): Note | null {
  const { id } = events[index]!;
  const early = events.slice(index + 1).find((later) => later.id < id);
  if (!early) return null;
  const [at, earlyAt] = [stampOf(events[index]!), stampOf(early)];
  const ms = at !== null && earlyAt !== null && earlyAt > at ? earlyAt - at : null;
  return { kind: "cameBefore", early: String(early.event.type), ms };
}

/** Steps of the life cycle that should stand before this one, where their absence explains what the board shows. */
function missing(events: readonly CallEvent[], index: number): Note | null {
  const before = events.slice(0, index).map(typeOf);
  const had = (...types: string[]) => types.some((type) => before.includes(type));
  const type = typeOf(events[index]!);
  if (index === 0 && !events.some((each) => typeOf(each) === "call.new")) return { kind: "noBeginning" };
  const namesQueue = textOf(events[index]!.event.queue) !== null;
  if (type === "actor.entered" && namesQueue && !had("call.waiting", "actor.entered"))
    return { kind: "answeredWithoutWait" };
  return type === "actor.left" && !had("actor.entered", "call.ongoing")
    ? { kind: "waitedWithoutAnswer" }
    : null;
}

/** Longer than anybody is routed, rings or waits, and than most talk. */
const QUIET_MS = 10 * 60_000;
const QUIET_TALK_MS = 60 * 60_000;

function quiet(type: string, lastedMs: number | null): Note | null {
  // what follows the end (a recording, an opinion) may come whenever it likes
  if (lastedMs === null || type === "call.finished") return null;
  const isTalk = type === "actor.entered" || type === "call.ongoing";
  return lastedMs >= (isTalk ? QUIET_TALK_MS : QUIET_MS) ? { kind: "quiet", ms: lastedMs } : null;
}

const textOf = (value: unknown): string | null =>
  (typeof value === "string" && value !== "") || typeof value === "number" ? String(value) : null;
