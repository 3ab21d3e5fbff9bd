import type { FoldedCall } from "../call/folded-call.ts";
import { dateOf, type Timed } from "../time/moment.ts";
import { isWithin, type Window } from "../time/window.ts";
import { isShort, type QueuePromise, waitOf } from "./queue-numbers.ts";

/** The parts of a call that show who abandoned, and who was talked to afterwards. */
export type ReturnableCall = Pick<
  FoldedCall,
  | ("aggregate_id" | "counted_as" | "connected_at" | "legs" | "talks")
  | ("their_number" | "their_number_canonical" | "their_number_display")
>;

/** A visit whose caller left the queue without an answer. */
export type Abandoned = {
  aggregate_id: string;
  their_number: string | null;
  their_number_display: string | null;
  /** The canonical number. Null if it is hidden: two such callers are two people. */
  person: string | null;
  queue: string | null;
  entered_at: Date;
  ended_at: Date;
  /** Null if the beginning of the wait is unknown. */
  waited_ms: number | null;
  /** True if the caller hung up within the queue's limit for short abandons. */
  short: boolean;
  /** The next talk with the person, in a call in either direction; null if there was none yet. */
  returned_at: Date | null;
};

/** A person who abandoned, once or several times. */
export type AbandonedPerson = {
  person: string;
  /** The number as the last of the calls shows it. */
  their_number: string | null;
  their_number_display: string | null;
  /** The last of the calls. */
  aggregate_id: string;
  times: number;
  /** The ends of the first and of the last of the visits. */
  first_at: Date;
  last_at: Date;
  /** Null if no wait is known. */
  longest_wait_ms: number | null;
  /** True if all of the visits were short. */
  short: boolean;
  /** The first talk with the person after the last of the visits; null if there was none yet. */
  talked_at: Date | null;
};

/** Every abandoned visit of inbound calls that ended in the window, the latest first. */
export function listAbandoned(
  calls: readonly Timed<ReturnableCall>[],
  { window, promiseOf }: { window: Window; promiseOf: (queue: string | null) => QueuePromise },
): Abandoned[] {
  const talkedTo = momentsByPerson(calls);
  const listed = calls.flatMap((call) => {
    if (call.counted_as !== "inbound") return [];
    const { aggregate_id, their_number, their_number_display, legs } = call;
    const person = personOf(call);
    const moments = person === null ? talkedToAt(call) : talkedTo.get(person)!;
    return legs
      .filter(({ outcome, ended_at }) => outcome === "ABANDONED" && isWithin(dateOf(ended_at!), window))
      .map((visit): Abandoned => {
        const { queue } = visit;
        const ended_at = dateOf(visit.ended_at!);
        return {
          aggregate_id,
          their_number,
          their_number_display,
          person,
          queue,
          entered_at: dateOf(visit.entered_at),
          ended_at,
          waited_ms: waitOf(visit),
          short: isShort(visit, promiseOf(queue)),
          returned_at: moments.find((at) => at > ended_at) ?? null,
        };
      });
  });
  return listed.sort((one, other) => other.ended_at.getTime() - one.ended_at.getTime());
}

/**
 * The people of these visits, each once. Those without a later talk come first; within each group the latest comes
 * first.
 */
export function listPeople(abandoned: readonly Abandoned[]): AbandonedPerson[] {
  const known = abandoned.filter(({ person }) => person !== null);
  const people = [...Map.groupBy(known, ({ person }) => person!)].map(([person, visits]) => {
    const byTime = visits.toSorted((one, other) => one.ended_at.getTime() - other.ended_at.getTime());
    const last = byTime.at(-1)!;
    const waits = visits.flatMap(({ waited_ms }) => waited_ms ?? []);
    return {
      person,
      their_number: last.their_number,
      their_number_display: last.their_number_display,
      aggregate_id: last.aggregate_id,
      times: visits.length,
      first_at: byTime[0]!.ended_at,
      last_at: last.ended_at,
      longest_wait_ms: waits.length > 0 ? Math.max(...waits) : null,
      short: visits.every(({ short }) => short),
      talked_at: last.returned_at,
    };
  });
  return people.sort(
    (one, other) =>
      Number(one.talked_at !== null) - Number(other.talked_at !== null) ||
      other.last_at.getTime() - one.last_at.getTime(),
  );
}

/** The talks with each person, in order. */
function momentsByPerson(calls: readonly Timed<ReturnableCall>[]): Map<string, Date[]> {
  const known = calls.filter((call) => personOf(call) !== null);
  const byPerson = Map.groupBy(known, (call) => personOf(call)!);
  return new Map([...byPerson].map(([person, all]) => [person, all.flatMap(talkedToAt).sort(byTime)]));
}

/**
 * Returns the times at which an agent talked to the other side of a call, in order: at the answers and the entries of
 * agents of an inbound call, at call.ongoing of an outbound call. A call.ongoing of an inbound call without a visit and
 * without an agent does not count: it is a voicemail.
 */
export function talkedToAt({
  counted_as,
  legs,
  talks,
  connected_at,
}: Timed<Pick<ReturnableCall, "counted_as" | "legs" | "talks" | "connected_at">>): Date[] {
  if (counted_as === "internal") return [];
  if (counted_as === "outbound") return connected_at ? [dateOf(connected_at)] : [];
  const answers = legs.flatMap(({ answered_at }) => answered_at ?? []);
  return [...answers, ...talks.map(({ entered_at }) => entered_at)].map(dateOf).sort(byTime);
}

const byTime = (one: Date, other: Date): number => one.getTime() - other.getTime();

/**
 * Returns the canonical number of the person. Null also for a call of an older fold, which has none until it is folded
 * again.
 */
const personOf = ({
  their_number_canonical,
}: Pick<ReturnableCall, "their_number_canonical">): string | null => their_number_canonical ?? null;
