import { type FlowName, flows } from "@teravoz/domain";
import { type CallEventBody, writeAgentEvents, writeCall } from "./bodies.ts";
import { recruit } from "./people.ts";
import { createRandom, drawWhole, type Random } from "./random.ts";

export type PlanOptions = {
  calls: number;
  /** At most this many deliveries begin in a second. */
  rate: number;
  /** Which flows, and how often each in proportion to the others. */
  shares: Partial<Record<FlowName, number>>;
  /** Share (0..1) of the deliveries that come a second time, byte for byte. */
  duplicates: number;
  /** Share (0..1) of a call's events that overtake the one before. */
  reorder: number;
  /** Mean pause between the events of a call. */
  delayMs: number;
  /** Share (0..1) of the calls written as older senders do. */
  oldSpellings: number;
  /** Instead of calls: this many deliveries at once, all of one call; 0 = none. */
  burst: number;
  /** The agents log in before the calls. */
  agents?: boolean;
  seed: number;
  startAt: Date;
};

export type Delivery = CallEventBody & {
  /** When it is sent, in ms after the start of the run. */
  dueMs: number;
  /** The same bytes were sent before. */
  repeated: boolean;
};

/** The vendor redelivers soon: fast enough to meet the first copy under way, slow enough to come after it. */
const REDELIVERY_MS = [20, 2_000] as const;
/** How late an overtaken event is: within what two connections of one sender differ by. */
const OVERTAKEN_MS = [1, 50] as const;

/**
 * Everything that will be sent, in the order of sending. The same options (seed and start included) give the same
 * deliveries; the same seed at another start the same calls, later. Throws RangeError where no flow has a share.
 */
export function planDeliveries(options: PlanOptions): Delivery[] {
  if (options.burst > 0) return planBurst(options);
  const random = createRandom(options.seed);
  const scripts = castFlows(options, random);
  const spacingMs = meanEvents(scripts) * (1000 / options.rate);
  const deliveries = scripts.flatMap((flow, sequence) => {
    const events = writeCall(
      describeCall(options, { flow, sequence, beginsMs: sequence * spacingMs, random }),
    );
    return repeatSome(reorderSome(events, options.reorder, random), options.duplicates, random);
  });
  const logIns = options.agents ? logIn(options.startAt) : [];
  const first = logIns.map((event) => ({ ...event, dueMs: 0, repeated: false }));
  return keepRate([...first, ...deliveries], options.rate);
}

const logIn = (startAt: Date): CallEventBody[] =>
  recruit(8).flatMap((person) => writeAgentEvents("actor.logged-in", person, { startAt, atMs: 0 }));

/** One call, its events over and over until there are `burst` of them, all due at once. */
function planBurst(options: PlanOptions): Delivery[] {
  const random = createRandom(options.seed);
  const [flow = "delegated"] = castFlows({ ...options, calls: 1 }, random);
  // whoever sends all events at once sends them late: the call is over by then
  const beginsMs = -2 * options.delayMs * flows[flow].length;
  const events = writeCall(describeCall(options, { flow, sequence: 0, beginsMs, random }));
  return Array.from({ length: options.burst }, (_, index) => {
    const event = events[index % events.length] as CallEventBody;
    return { ...event, dueMs: 0, repeated: index >= events.length };
  });
}

type Cast = { flow: FlowName; sequence: number; beginsMs: number; random: Random };

function describeCall(options: PlanOptions, { flow, sequence, beginsMs, random }: Cast) {
  const oldSpelling = random() < options.oldSpellings;
  const seed = drawWhole(random, 0, 2 ** 31);
  const { startAt, delayMs: pauseMs } = options;
  return { flow, steps: flows[flow], seed, sequence, startAt, beginsMs, pauseMs, oldSpelling };
}

/** A flow for each call, drawn by the shares. */
function castFlows({ calls, shares }: PlanOptions, random: Random): FlowName[] {
  const entries = Object.entries(shares) as [FlowName, number][];
  const total = entries.reduce((sum, [, share]) => sum + share, 0);
  if (!(total > 0)) throw new RangeError("no flow has a share above 0");
  return Array.from({ length: calls }, () => pickFlow(entries, random() * total));
}

/** The flow on whose stretch the point falls, the shares laid end to end. */
function pickFlow(entries: readonly [FlowName, number][], point: number): FlowName {
  let end = 0;
  for (const [flow, share] of entries) {
    end += share;
    if (point < end) return flow;
  }
  throw new RangeError("the point lies beyond the shares");
}

const meanEvents = (cast: readonly FlowName[]) =>
  cast.reduce((sum, flow) => sum + flows[flow].length, 0) / Math.max(1, cast.length);

/** An event that overtakes is not sent earlier (it has not happened yet): the one before is late. */
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

/** In the order of their times, none sooner than the rate allows. */
function keepRate(deliveries: readonly Delivery[], rate: number): Delivery[] {
  const sorted = deliveries.toSorted((one, other) => one.dueMs - other.dueMs);
  let earliest = 0;
  return sorted.map((delivery) => {
    const dueMs = Math.max(delivery.dueMs, earliest);
    earliest = dueMs + 1000 / rate;
    return { ...delivery, dueMs };
  });
}
