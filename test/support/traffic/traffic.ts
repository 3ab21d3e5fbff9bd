import { type FlowName, flows } from "@teravoz/domain";
import { writeCall } from "@teravoz/simulator";

export const FLOWS = Object.keys(flows) as FlowName[];

let sequence = 0;

/** The bodies of one call, in the order of its flow. No two calls of a run share a call_id. */
export function bodiesOf(flow: FlowName, seed = 1): string[] {
  const script = {
    flow,
    steps: flows[flow],
    seed,
    sequence: sequence++,
    startAt: new Date(),
    beginsMs: -60_000,
  };
  return writeCall({ ...script, pauseMs: 1_000, oldSpelling: seed % 3 === 0 }).map(({ body }) => body);
}

/** The bodies of this number of calls, over all flows in turn. */
export const bodiesOfCalls = (calls: number): string[] =>
  Array.from({ length: calls }, (_, n) => bodiesOf(FLOWS[n % FLOWS.length]!, n)).flat();

/** Returns the items in another order. The same seed gives the same order. */
export function shuffle<T>(items: readonly T[], seed = 1): T[] {
  let state = seed;
  const next = () => {
    // the multiplier and increment of Numerical Recipes' generator
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
  return items
    .map((item) => ({ item, at: next() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}

export const callIdOf = (body: string): string => JSON.parse(body).call_id;
