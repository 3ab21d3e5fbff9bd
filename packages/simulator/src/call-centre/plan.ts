import { type FlowName, flows } from "@teravoz/domain";
import { type CallEventBody, type CallScript, writeCall } from "./bodies.ts";
import { type CentreOptions, simulateCentre } from "./call-centre.ts";
import { recruit } from "./people.ts";
import { createRandom, drawWhole, type Random } from "./random.ts";
import { countEvents, sizeTeam } from "./staffing.ts";

export type PlanOptions = {
  calls: number;
  /** The maximum number of deliveries that begin in a second. */
  rate: number;
  /** The flows, each with its share in proportion to the others. */
  shares: Partial<Record<FlowName, number>>;
  /** The share (0..1) of the deliveries that are sent a second time, byte for byte. */
  duplicates: number;
  /** The share (0..1) of a call's events that overtake the previous one. */
  reorder: number;
  /** The mean pause between the events of a call, in ms. */
  delayMs: number;
  /** The share (0..1) of the calls in the spelling of older senders. */
  oldSpellings: number;
  /** The number of deliveries at once, all of one call, in place of calls; 0 = none. */
  burst: number;
  /**
   * If true, the agents log in before the calls, are rung, miss rings, pause and log out. If false, the calls consist
   * of their flows only. An agent takes one call at a time in both cases.
   */
  agents?: boolean;
  seed: number;
  startAt: Date;
};

export type Delivery = CallEventBody & {
  /** The time at which it is sent, in ms after the start of the run. */
  dueMs: number;
  /** True if the same bytes were sent before. */
  repeated: boolean;
};

/**
 * The delay of a redelivery. The vendor redelivers soon: some copies arrive while the first is in transit, some after
 * it.
 */
const REDELIVERY_MS = [20, 2_000] as const;
/** The delay of an overtaken event: within the difference of two connections of one sender. */
const OVERTAKEN_MS = [1, 50] as const;

/**
 * The shortest time between two calls of one agent, so that their timestamps keep the order of the events. Timestamps
 * of older senders are whole seconds, so there the events must be a second apart.
 */
const REST_MS = 1;
const REST_OF_OLD_MS = 1_000;

/**
 * Plans all deliveries, in the order of sending. The same options (including seed and start) give the same deliveries;
 * the same seed with another start gives the same calls, later. Throws RangeError if no flow has a share.
 */
export function planDeliveries(options: PlanOptions): Delivery[] {
  if (options.burst > 0) return planBurst(options);
  const random = createRandom(options.seed);
  const { calls, agents } = simulateCentre(describeCentre(options, random));
  const deliveries = calls.flatMap((events) =>
    repeatSome(reorderSome(events, options.reorder, random), options.duplicates, random),
  );
  const untouched = agents.map((event) => ({ ...event, dueMs: event.atMs, repeated: false }));
  return keepRate([...untouched, ...deliveries], options.rate);
}

/** Describes the call centre. The calls begin as often as the rate requires, after the log-ins of the agents. */
function describeCentre(options: PlanOptions, random: Random): CentreOptions {
  const { rate, startAt, delayMs: pauseMs, agents: staffed = false } = options;
  const cast = castFlows(options, random);
  const restMs = options.oldSpellings > 0 ? REST_OF_OLD_MS : REST_MS;
  const spacingMs = meanEvents(cast, staffed) * (1000 / rate);
  const people = recruit(sizeTeam(cast, { spacingMs, pauseMs, restMs }));
  const logIns = staffed ? people.reduce((sum, { queues }) => sum + queues.length, 0) : 0;
  const firstMs = logIns * (1000 / rate);
  const scripts = cast.map((flow, sequence) =>
    describeCall(options, { flow, sequence, beginsMs: firstMs + sequence * spacingMs, random }),
  );
  const callsEndMs = firstMs + cast.length * spacingMs;
  const seed = drawWhole(random, 0, 2 ** 31);
  return { scripts, people, staffed, restMs, callsEndMs, pauseMs, startAt, seed };
}

/** Plans a burst: the events of one call, repeated until there are `burst` deliveries, all due at once. */
function planBurst(options: PlanOptions): Delivery[] {
  const random = createRandom(options.seed);
  const [flow = "delegated"] = castFlows({ ...options, calls: 1 }, random);
  // a sender of all events at once sends them late, so the call is already over
  const beginsMs = -2 * options.delayMs * flows[flow].length;
  const events = writeCall(describeCall(options, { flow, sequence: 0, beginsMs, random }));
  return Array.from({ length: options.burst }, (_, index) => {
    const event = events[index % events.length] as CallEventBody;
    return { ...event, dueMs: 0, repeated: index >= events.length };
  });
}

type Cast = { flow: FlowName; sequence: number; beginsMs: number; random: Random };

function describeCall(options: PlanOptions, { flow, sequence, beginsMs, random }: Cast): CallScript {
  const oldSpelling = random() < options.oldSpellings;
  const seed = drawWhole(random, 0, 2 ** 31);
  const { startAt, delayMs: pauseMs } = options;
  return { flow, steps: flows[flow], seed, sequence, startAt, beginsMs, pauseMs, oldSpelling };
}

/** Draws a flow for each call by the shares. */
function castFlows({ calls, shares }: PlanOptions, random: Random): FlowName[] {
  const entries = Object.entries(shares) as [FlowName, number][];
  const total = entries.reduce((sum, [, share]) => sum + share, 0);
  if (!(total > 0)) throw new RangeError("no flow has a share above 0");
  return Array.from({ length: calls }, () => pickFlow(entries, random() * total));
}

/** Returns the flow at a point of all shares in a row. */
function pickFlow(entries: readonly [FlowName, number][], point: number): FlowName {
  let end = 0;
  for (const [flow, share] of entries) {
    end += share;
    if (point < end) return flow;
  }
  throw new RangeError("the point lies beyond the shares");
}

const meanEvents = (cast: readonly FlowName[], staffed: boolean) =>
  cast.reduce((sum, flow) => sum + countEvents(flow, { staffed }), 0) / Math.max(1, cast.length);

/**
 * Delays some events, so that the next one overtakes them. The next one is not sent early, because it has not happened
 * yet.
 */
function reorderSome(events: readonly CallEventBody[], share: number, random: Random): Delivery[] {
  const deliveries = events.map((event) => ({ ...event, dueMs: event.atMs, repeated: false }));
  for (const [index, before] of deliveries.slice(0, -1).entries()) {
    const next = deliveries[index + 1];
    if (next && random() < share) before.dueMs = next.atMs + drawWhole(random, ...OVERTAKEN_MS);
  }
  return deliveries;
}

function repeatSome(deliveries: readonly Delivery[], share: number, random: Random): Delivery[] {
  return deliveries.flatMap((delivery) => {
    if (random() >= share) return [delivery];
    const again = {
      ...delivery,
      dueMs: delivery.dueMs + drawWhole(random, ...REDELIVERY_MS),
      repeated: true,
    };
    return [delivery, again];
  });
}

/** Sorts the deliveries by time and delays them so that the rate is not exceeded. */
function keepRate(deliveries: readonly Delivery[], rate: number): Delivery[] {
  const sorted = deliveries.toSorted((one, other) => one.dueMs - other.dueMs);
  let earliest = 0;
  return sorted.map((delivery) => {
    const dueMs = Math.max(delivery.dueMs, earliest);
    earliest = dueMs + 1000 / rate;
    return { ...delivery, dueMs };
  });
}
