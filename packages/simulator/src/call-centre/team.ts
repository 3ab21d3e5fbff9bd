import type { Agenda } from "./agenda.ts";
import type { Person } from "./people.ts";

export type Agent = {
  person: Person;
  /** The time since which the agent has been free. Null while on a call, rung, paused or logged out. */
  freeSinceMs: number | null;
};

/** A caller, or the dialer, waiting for an agent. */
export type Request = {
  /** Null if any agent is suitable. */
  queue: string | null;
  /** An agent who must not get this call. */
  except: Agent | null;
  /** The beginning of the wait. The longest wait is served first. */
  sinceMs: number;
  /** The time at which the wait ends without an agent; Infinity = never. */
  untilMs: number;
};

/** The free agents, and the line of requests that wait for one. */
export type Team = {
  /**
   * Calls `serve` with the agent who has been free longest, now or when one becomes free, or with null when the wait is
   * over.
   */
  request(request: Request, serve: (agent: Agent | null) => void): void;
  /** Marks the agent as free: from now on the agent takes calls. */
  free(agent: Agent): void;
  /** Marks the agent as not free: from now on the agent takes no calls. Returns false if the agent was not free. */
  withdraw(agent: Agent): boolean;
};

type PendingRequest = Request & { serve: (agent: Agent | null) => void };

export function createTeam(agents: readonly Agent[], agenda: Agenda): Team {
  const line: PendingRequest[] = [];
  return {
    request: (request, serve) => join({ agents, line, agenda }, { ...request, serve }),
    free(agent) {
      const nowMs = agenda.nowMs();
      agent.freeSinceMs = nowMs;
      // a wait that ends at this very time is over, even if its job has not run yet
      const next = line.findIndex((waiting) => waiting.untilMs > nowMs && suits(agent, waiting));
      const [first] = next === -1 ? [] : line.splice(next, 1);
      if (first) hand(agent, first);
    },
    withdraw(agent) {
      const wasFree = agent.freeSinceMs !== null;
      agent.freeSinceMs = null;
      return wasFree;
    },
  };
}

type TeamState = { agents: readonly Agent[]; line: PendingRequest[]; agenda: Agenda };

function join({ agents, line, agenda }: TeamState, waiting: PendingRequest): void {
  const agent = longestFree(agents, waiting);
  if (agent) hand(agent, waiting);
  else wait(line, waiting, agenda);
}

function wait(line: PendingRequest[], waiting: PendingRequest, agenda: Agenda): void {
  const behind = line.findIndex(({ sinceMs }) => sinceMs > waiting.sinceMs);
  line.splice(behind === -1 ? line.length : behind, 0, waiting);
  if (waiting.untilMs < Number.POSITIVE_INFINITY) agenda.add(waiting.untilMs, () => giveUp(line, waiting));
}

function giveUp(line: PendingRequest[], waiting: PendingRequest): void {
  const place = line.indexOf(waiting);
  if (place === -1) return;
  line.splice(place, 1);
  waiting.serve(null);
}

function hand(agent: Agent, { serve }: PendingRequest): void {
  agent.freeSinceMs = null;
  serve(agent);
}

function longestFree(agents: readonly Agent[], request: Request): Agent | null {
  let longest: Agent | null = null;
  for (const agent of agents)
    if (suits(agent, request) && (longest === null || agent.freeSinceMs! < longest.freeSinceMs!))
      longest = agent;
  return longest;
}

const suits = (agent: Agent, { queue, except }: Request): boolean =>
  agent.freeSinceMs !== null && agent !== except && (queue === null || agent.person.queues.includes(queue));
