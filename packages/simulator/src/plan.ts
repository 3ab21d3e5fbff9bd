import { type FlowName, flows } from "@teravoz/domain";
import { type CallEventBody, type CallScript, writeCall } from "./bodies.ts";
import { type CentreOptions, simulateCentre } from "./call-centre.ts";
import { recruit } from "./people.ts";
import { createRandom, drawWhole, type Random } from "./random.ts";
import { countEvents, sizeTeam } from "./staffing.ts";

export type PlanOptions = {
  calls: number;
  /** At most this many deliveries begin in a second. */
  rate: number;
  /** The flows, each with its share in proportion to the others. */
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
  /**
   * The agents log in before the calls, are rung, miss rings, pause and log out. If false, the calls are their flows and no more. An
   * agent takes one call at a time either way.
   */
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
 * The stamps of two calls of one agent are in the order of the events. Stamps of older senders are whole seconds: there the events
 * must be a second apart.
 */
const REST_MS = 1;
const REST_OF_OLD_MS = 1_000;

/**
 * Everything that will be sent, in the order of sending. The same options (seed and start included) give the same
 * deliveries; the same seed at another start the same calls, later. Throws RangeError if no flow has a share.
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

/** The calls begin as often as the rate needs, after the log-ins of the agents. */
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

/** One call, its events over and over until there are `burst` of them, all due at once. */
function planBurst(options: PlanOptions): Delivery[] {
  const random = createRandom(options.seed);
  const [flow = "delegated"] = castFlows({ ...options, calls: 1 }, random);
  // a sender of all events at once sends them late: the call is over by then
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

const meanEvents = (cast: readonly FlowName[], staffed: boolean) =>
  cast.reduce((sum, flow) => sum + countEvents(flow, { staffed }), 0) / Math.max(1, cast.length);

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
