import { byReception, isBefore, isSameSecond, type Step } from "./events.ts";

/** The state of an agent by log-ins and pauses. `since` is when the agent came into this state. */
export type Presence = { state: "AVAILABLE" | "PAUSED" | "LOGGED_OUT"; since: number };

/** The state in each queue; null = from an event without a queue. The agent is logged out of a queue that is absent. */
type Queues = Map<string | null, "AVAILABLE" | "PAUSED">;

/** Agents whose only queue, null, is implied by a pause without a queue. */
const implied = new WeakSet<Queues>();

/** Pairs of steps that do not change the agent if both happen within one second. */
const PAIRS: Readonly<Record<string, string>> = {
  "actor.paused": "actor.unpaused",
  "actor.logged-in": "actor.logged-out",
};

/** Returns the state of an agent, null without any log-in or pause. */
export function playPresence(steps: readonly Step[]): Presence | null {
  const queues: Queues = new Map();
  const changes: Presence[] = [];
  /** Every queue that a step has named so far. */
  const named = new Set<string>();
  for (const step of orderOfAgent(steps)) {
    if (step.queue !== null) named.add(step.queue);
    change(queues, step, named);
    const state = stateOf(queues);
    if (changes.at(-1)?.state !== state) changes.push({ state, since: step.at });
  }
  return changes.at(-1) ?? null;
}

function stateOf(queues: Queues): Presence["state"] {
  if (queues.size === 0) return "LOGGED_OUT";
  return [...queues.values()].includes("AVAILABLE") ? "AVAILABLE" : "PAUSED";
}

function change(queues: Queues, { type, queue }: Step, named: ReadonlySet<string>): void {
  if (type === "actor.logged-in") queues.set(queue, "AVAILABLE");
  else if (type === "actor.logged-out") logOut(queues, queue);
  else {
    const state = type === "actor.paused" ? "PAUSED" : "AVAILABLE";
    if (queue === null) setAllPaused(queues, state, named);
    else setPaused(queues, queue, state);
  }
}

function logOut(queues: Queues, queue: string | null): void {
  if (queue === null || implied.delete(queues)) queues.clear();
  else queues.delete(queue);
}

/** Sets the state in one queue. A pause implies a log-in. */
function setPaused(queues: Queues, queue: string, state: "AVAILABLE" | "PAUSED"): void {
  if (implied.delete(queues)) queues.delete(null);
  queues.set(queue, state);
}

/** Sets the state in every queue that the agent is known to have served; without any, in a queue without a name. */
function setAllPaused(queues: Queues, state: "AVAILABLE" | "PAUSED", named: ReadonlySet<string>): void {
  const meant = new Set([...queues.keys(), ...named]);
  if (meant.size === 0) implied.add(queues);
  for (const queue of meant.size > 0 ? meant : [null]) queues.set(queue, state);
}

function orderOfAgent(steps: readonly Step[]): Step[] {
  const left = steps.filter((step) => !isDropped(step, steps));
  const ordered: Step[] = [];
  while (left.length > 0) {
    const next = left
      .filter(
        (step) =>
          !left.some(
            (other) => isBefore(other, step) || isFirstOfPair(other, step) || isBeforeLogOut(other, step),
          ),
      )
      .sort(byReception)[0]!;
    left.splice(left.indexOf(next), 1);
    ordered.push(next);
  }
  return ordered;
}

const isFirstOfPair = (a: Step, b: Step): boolean => PAIRS[a.type] === b.type && isPair(a, b);

/** Returns whether a pause or its end counts before a log-out of the same moment. After it, it would imply a log-in. */
const isBeforeLogOut = (a: Step, b: Step): boolean =>
  b.type === "actor.logged-out" && /paused$/.test(a.type) && !isBefore(a, b) && !isBefore(b, a);

function isPair(a: Step, b: Step): boolean {
  if (a.queue !== b.queue || !isSameSecond(a.at, b.at)) return false;
  return !isBefore(a, b) && !isBefore(b, a);
}

/** Returns whether a step is dropped: both steps of a pair are, unless the agent has no step in an earlier second. */
export function isDropped(step: Step, steps: readonly Step[]): boolean {
  const hasOther = steps.some((other) => isFirstOfPair(step, other) || isFirstOfPair(other, step));
  return hasOther && steps.some((other) => other.at < step.at && !isSameSecond(other.at, step.at));
}
