import { byReception, isBefore, type Step } from "./events.ts";
import { type SameAgent, sameAgentIn } from "./same-agent.ts";

const RANKS: Readonly<Record<string, number>> = {
  "call.new": 0,
  "call.standby": 1,
  "call.waiting": 2,
  "actor.ringing": 3,
  "actor.noanswer": 3,
  "actor.entered": 4,
  "call.ongoing": 5,
  "actor.left": 6,
  "call.queue-abandon": 7,
  "call.overflow": 7,
  "call.follow-me": 7,
  "call.finished": 8,
};
const FINISHED = 8;
const OTHERS = 9;
const MAX_RING_MS = 120_000;
const ENDS_RINGS = [
  "call.waiting",
  "actor.entered",
  "call.ongoing",
  "call.overflow",
  "call.queue-abandon",
  "call.finished",
];

const rankOf = ({ type }: Step): number => RANKS[type] ?? OTHERS;

/**
 * Returns the steps of one call in the order in which they count. Steps of equal time follow the life cycle, beginning
 * after the last step of the call.
 */
export function orderOfCall(steps: readonly Step[]): Step[] {
  const sameAgent = sameAgentIn(steps);
  const left = [...steps];
  const ordered: Step[] = [];
  while (left.length > 0) {
    const next = chooseNext(left, ordered, sameAgent);
    left.splice(left.indexOf(next), 1);
    ordered.push(next);
  }
  return ordered;
}

function chooseNext(left: readonly Step[], ordered: readonly Step[], sameAgent: SameAgent): Step {
  const equals = left.filter((step) => !left.some((other) => isBefore(other, step)));
  const ofLifeCycle = equals.filter((step) => rankOf(step) < FINISHED);
  if (ofLifeCycle.length === 0) return firstOfLowestRank(equals, ordered, sameAgent);
  const last = ordered.findLast((step) => rankOf(step) < FINISHED);
  const above = ofLifeCycle.filter((step) => !last || rankOf(step) > rankOf(last));
  return firstOfLowestRank(above.length > 0 ? above : ofLifeCycle, ordered, sameAgent);
}

function firstOfLowestRank(steps: readonly Step[], ordered: readonly Step[], sameAgent: SameAgent): Step {
  const lowest = Math.min(...steps.map(rankOf));
  const ofRank = steps.filter((step) => rankOf(step) === lowest);
  const allowed = ofRank.filter((step) => !mustFollow(step, ofRank, ordered, sameAgent));
  return (allowed.length > 0 ? allowed : ofRank).sort(byReception)[0]!;
}

/**
 * Returns whether a step must follow another one of its rank. A noanswer follows its ring, unless the agent rings
 * already.
 */
function mustFollow(
  step: Step,
  others: readonly Step[],
  ordered: readonly Step[],
  sameAgent: SameAgent,
): boolean {
  const hasOther = (type: string) => others.some((other) => other.type === type && sameAgent(other, step));
  const rings = ringsAlready(step, ordered, sameAgent);
  if (step.type === "actor.ringing") return rings && hasOther("actor.noanswer");
  return step.type === "actor.noanswer" && !rings && hasOther("actor.ringing");
}

function ringsAlready(agent: Step, ordered: readonly Step[], sameAgent: SameAgent): boolean {
  let rangAt: number | null = null;
  for (const step of ordered) {
    if (step.type === "actor.ringing" && sameAgent(step, agent)) rangAt = step.at;
    if (step.type === "actor.noanswer" && sameAgent(step, agent)) rangAt = null;
    if (ENDS_RINGS.includes(step.type)) rangAt = null;
  }
  return rangAt !== null && agent.at - rangAt <= MAX_RING_MS;
}
