import type { Call, Leg } from "./calls.ts";

/** Calls newest first, and whether there are older ones. */
export type Found = { calls: Call[]; more: boolean };

export type Totals = {
  calls: number;
  /** Calls in which somebody talked. */
  answered: number;
  /** Legs that ended without an answer, as the board counts them. */
  abandoned: number;
  /** Of talks that have ended. */
  talkMs: number;
  /** When the first and the last of them began; null where there is none. */
  first: string | null;
  last: string | null;
};

export function totalsOf(calls: readonly Call[]): Totals {
  const began = calls.map(({ created_at }) => created_at).sort();
  return {
    calls: calls.length,
    answered: calls.filter(({ answered_at }) => answered_at !== null).length,
    abandoned: calls.flatMap(({ legs }) => legs.filter(isAbandoned)).length,
    talkMs: calls.reduce((sum, call) => sum + talkMsOf(call), 0),
    first: began[0] ?? null,
    last: began.at(-1) ?? null,
  };
}

const isAbandoned = ({ outcome }: Leg): boolean => outcome === "ABANDONED";

/** In its queues; of a call that was in none from its answer to its end. */
function talkMsOf({ legs, answered_at, finished_at }: Call): number {
  if (legs.length === 0) return lasted(answered_at, finished_at);
  return legs.reduce((sum, leg) => sum + lasted(leg.answered_at, leg.talked_until), 0);
}

const lasted = (from: string | null, to: string | null): number =>
  from && to ? Math.max(0, Date.parse(to) - Date.parse(from)) : 0;

export type GaveUp = {
  ended_at: string;
  /** Within the queue's short limit: nobody calls these back. */
  short: boolean;
  /** When somebody next talked to the same person, whoever called whom; null = nobody yet. */
  returned_at: string | null;
};

/** Who gave up, by call_id: the last time in each call. */
export function findGaveUp(
  calls: readonly Call[],
  shortMsOf: (queue: string | null) => number,
): Map<string, GaveUp> {
  const answers = calls
    .flatMap(({ their_number_canonical: person, answered_at }) =>
      answered_at ? [{ person, answered_at }] : [],
    )
    .sort((one, other) => Date.parse(one.answered_at) - Date.parse(other.answered_at));
  const found = calls.flatMap(({ aggregate_id, their_number_canonical: person, legs }) => {
    const leg = legs.findLast(isAbandoned);
    if (!leg?.ended_at) return [];
    const ended = Date.parse(leg.ended_at);
    const next = answers.find((answer) => Date.parse(answer.answered_at) > ended && answer.person === person);
    const short = lasted(leg.entered_at, leg.ended_at) <= shortMsOf(leg.queue);
    const returned_at = person === null ? null : (next?.answered_at ?? null);
    return [[aggregate_id, { ended_at: leg.ended_at, short, returned_at }] as const];
  });
  return new Map(found);
}
