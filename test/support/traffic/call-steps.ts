import type { Delivery } from "@teravoz/simulator";

export type Step = {
  type: string;
  call_id?: string;
  actor?: string;
  queue?: string | undefined;
  stampMs: number;
  atMs: number;
};

/** The events in the order of their stamps. Events of one stamp keep the order in which they happened. */
export function stepsOf(deliveries: readonly Delivery[]): Step[] {
  return deliveries
    .filter(({ repeated }) => !repeated)
    .map(({ body, type, atMs }) => {
      const { timestamp, call_id, actor, queue } = JSON.parse(body);
      const stampMs = /^\d+$/.test(timestamp) ? Number(timestamp) * 1000 : Date.parse(timestamp);
      return { type, call_id, actor, queue: queue === undefined ? undefined : String(queue), stampMs, atMs };
    })
    .sort((one, other) => one.stampMs - other.stampMs || one.atMs - other.atMs);
}

/** The state an agent must be in before an event, and the state after it. `call`: it must be this call. */
const AGENT_STEPS: Record<string, { from: string[]; to: string; call?: true }> = {
  "actor.logged-in": { from: ["out"], to: "free" },
  "actor.logged-out": { from: ["free"], to: "out" },
  "actor.paused": { from: ["free"], to: "paused" },
  "actor.unpaused": { from: ["paused"], to: "free" },
  "actor.ringing": { from: ["free"], to: "ringing" },
  "actor.noanswer": { from: ["ringing"], to: "free", call: true },
  "actor.entered": { from: ["free", "ringing"], to: "talking" },
  "actor.left": { from: ["talking"], to: "free", call: true },
};

type AgentStatus = { state: string; call_id?: string | undefined };

/** The state of each agent after the steps, and a sentence for each step that contradicts the state before it. */
export function followAgents(steps: readonly Step[], { agents }: { agents: boolean }) {
  const found: string[] = [];
  const states = new Map<string, AgentStatus>();
  const seen = new Set<string>();
  for (const { type, actor, call_id, queue, stampMs } of steps) {
    const rule = AGENT_STEPS[type];
    if (!rule || !actor) continue;
    const before = states.get(actor) ?? { state: agents ? "out" : "free" };
    const id = `${type} ${actor} ${stampMs}`;
    // a sender repeats this event for each queue
    if (!call_id && before.state === rule.to && seen.has(id)) continue;
    seen.add(id);
    const another = before.state === "ringing" || rule.call ? before.call_id !== call_id : false;
    if (!rule.from.includes(before.state) || another)
      found.push(`${actor} is ${before.state} in ${before.call_id} at ${type} of ${call_id} (${queue})`);
    states.set(actor, { state: rule.to, ...(rule.to === "free" ? {} : { call_id }) });
  }
  return { found, states };
}

/** Contradictions between the events of agents, and the agents whom the last event leaves on a call or in a pause. */
export function contradictionsOf(steps: readonly Step[], options: { agents: boolean }): string[] {
  const { found, states } = followAgents(steps, options);
  const left = [...states].filter(([, { state }]) => state !== "free" && state !== "out");
  return [...found, ...left.map(([actor, { state }]) => `${actor} is ${state} at the end`)];
}

export const callsOf = (steps: readonly Step[]) =>
  [...Map.groupBy(steps, ({ call_id }) => call_id)].filter(([id]) => id).map(([, call]) => call);

/** A type, and the types of which one must come next in its call. */
const CALL_STEPS: Record<string, string[]> = {
  "call.waiting": ["actor.ringing", "actor.entered", "call.queue-abandon"],
  "actor.ringing": ["actor.noanswer", "actor.entered"],
  "actor.noanswer": ["actor.ringing", "call.queue-abandon"],
  "actor.entered": ["call.ongoing"],
  "actor.left": ["call.waiting", "call.finished"],
  "call.queue-abandon": ["call.finished"],
  "call.finished": ["nothing"],
};

/** Each sentence is one step of the call that may not follow the step before it. */
export const faultsOf = (call: readonly Step[]): string[] =>
  call
    .toSorted((one, other) => one.atMs - other.atMs)
    .flatMap(({ type, call_id }, index, all) => {
      const next = all[index + 1]?.type ?? "nothing";
      const allowed = CALL_STEPS[type]?.includes(next) ?? next !== "nothing";
      return allowed ? [] : [`${type} is followed by ${next} in ${call_id}`];
    });

/** The number of events of each type. */
export const countTypes = (steps: readonly { type: string }[]) =>
  Object.fromEntries([...Map.groupBy(steps, ({ type }) => type)].map(([type, all]) => [type, all.length]));
