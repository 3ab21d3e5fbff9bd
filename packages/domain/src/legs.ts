/** How a leg ended. */
export type LegOutcome = "ANSWERED" | "ABANDONED" | "OVERFLOWED";

/** A call's stay in a queue: from its call.waiting to the next one, to the abandon, the overflow or the end of the call. */
export type Leg = {
  /** That of its call.waiting, else the last one the call named before. */
  queue: string | null;
  entered_at: Date;
  answered_at: Date | null;
  /** Who entered last; null where nobody did. */
  agent: string | null;
  /** When the talk ended: the last agent left, or the leg ended. Null while it goes on, and where there was none. */
  talked_until: Date | null;
  ended_at: Date | null;
  /** Null while the leg is open. */
  outcome: LegOutcome | null;
};

/** Of a call that is sent round and round the latest are kept: nobody transfers a caller a hundred times. */
export const MAX_LEGS = 100;

/** What an event says of the legs of its call: the queue is the call's after it, the agent the one it names. */
export type LegStep = { type: string; at: Date; queue: string | null; agent: string | null };

/** The legs of a call, oldest first, after one more of its events in the order of the fold. At most the last one is open. */
export function applyToLegs(legs: readonly Leg[], { type, at, queue, agent }: LegStep): readonly Leg[] {
  switch (type) {
    case "call.waiting":
      if (isSameWait(openLeg(legs), queue)) return legs;
      return [...endLeg(legs, at, "OVERFLOWED"), beginLeg(queue, at)].slice(-MAX_LEGS);
    case "actor.entered":
      return changeOpen(legs, (leg) => ({
        ...answer(leg, at),
        agent: agent ?? leg.agent,
        talked_until: null,
      }));
    case "call.ongoing":
      return changeOpen(legs, (leg) => answer(leg, at));
    case "actor.left":
      return changeOpen(legs, (leg) => (leg.answered_at ? { ...leg, talked_until: at } : leg));
    case "call.overflow":
      return endLeg(legs, at, "OVERFLOWED");
    case "call.queue-abandon":
    case "call.finished":
      return endLeg(legs, at, "ABANDONED");
    default:
      return legs;
  }
}

/** The leg that has not ended, if there is one. */
export function openLeg(legs: readonly Leg[]): Leg | null {
  const last = legs.at(-1);
  return last && !last.ended_at ? last : null;
}

/** A repeated call.waiting in the same queue; once it was answered, it is a transfer back. */
const isSameWait = (open: Leg | null, queue: string | null): boolean =>
  open !== null && !open.answered_at && open.queue === queue;

const beginLeg = (queue: string | null, at: Date): Leg => ({
  queue,
  entered_at: at,
  answered_at: null,
  agent: null,
  talked_until: null,
  ended_at: null,
  outcome: null,
});

/** Whoever comes first answers, the agent entering or the call going on. */
const answer = (leg: Leg, at: Date): Leg => (leg.answered_at ? leg : { ...leg, answered_at: at });

/** What was answered has ended so; `unanswered` is how a wait ends here. */
const endLeg = (legs: readonly Leg[], at: Date, unanswered: LegOutcome): readonly Leg[] =>
  changeOpen(legs, (leg) =>
    leg.answered_at
      ? { ...leg, talked_until: leg.talked_until ?? at, ended_at: at, outcome: "ANSWERED" }
      : { ...leg, ended_at: at, outcome: unanswered },
  );

function changeOpen(legs: readonly Leg[], change: (leg: Leg) => Leg): readonly Leg[] {
  const open = openLeg(legs);
  return open ? [...legs.slice(0, -1), change(open)] : legs;
}
