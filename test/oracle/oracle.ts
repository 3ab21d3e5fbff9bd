import { type Call, playCall } from "./call.ts";
import { type OracleEvent, readSteps, type Step } from "./events.ts";
import { type AbandonedRow, listAbandoned, type PersonOf } from "./numbers/abandoned.ts";
import { type AgentRow, countAgents, isPresence } from "./numbers/agents.ts";
import { countQueues, type PromiseOf, type QueueNumbers } from "./numbers/queues.ts";

export type Question = {
  /** All events of all calls and agents of an account, in any order. */
  events: readonly OracleEvent[];
  now: Date;
  /** From `from`, inclusive, to `to`, exclusive. */
  window: { from: Date; to: Date };
  promiseOf: PromiseOf;
  /** By default, two numbers are equal if their digits are equal. */
  personOf?: PersonOf;
};

/** Every number of the board. Moments are ms since the epoch. */
export type Answer = {
  calls: Map<string, Call>;
  queues: Map<string | null, QueueNumbers>;
  total: QueueNumbers;
  agents: AgentRow[];
  abandoned: AbandonedRow[];
  /** The call_ids of all callers listed as waiting. */
  waiting: string[];
};

const LOST_MS = 4 * 3_600_000;

/**
 * Counts every number straight from the events, by the definitions of the board. It is slow and shares nothing with the
 * product: the two are compared on random days.
 */
export function count({ events, now, window, promiseOf, personOf = digitsOf }: Question): Answer {
  const steps = readSteps(events);
  const calls = playCalls(steps);
  const isLost = (call: Call) =>
    call.state !== "FINISHED" && now.getTime() - call.last_received_at >= LOST_MS;
  const times = { now: now.getTime(), window: { from: window.from.getTime(), to: window.to.getTime() } };
  return {
    calls: new Map(calls.map((call) => [call.call_id, call])),
    ...countQueues({ ...times, calls, isLost, promiseOf }),
    agents: countAgents({ ...times, calls, isLost, presenceSteps: steps.filter(isPresence) }),
    abandoned: listAbandoned({ ...times, calls, promiseOf, personOf }),
    waiting: calls.filter((call) => !isLost(call) && waits(call)).map(({ call_id }) => call_id),
  };
}

function playCalls(steps: readonly Step[]): Call[] {
  const ids = new Set(steps.map(({ call_id }) => call_id));
  const calls: Call[] = [];
  for (const id of ids)
    if (id !== null)
      calls.push(
        playCall(
          id,
          steps.filter(({ call_id }) => call_id === id),
        ),
      );
  return calls;
}

function waits({ counted_as, state, visits, actor }: Call): boolean {
  if (counted_as !== "inbound" || state === "FINISHED") return false;
  const hasOpen = visits.some(({ answered_at, ended_at }) => answered_at === null && ended_at === null);
  return hasOpen || (state === "WAITING" && actor === null);
}

const digitsOf: PersonOf = (number) => number?.replace(/\D/g, "") || null;
