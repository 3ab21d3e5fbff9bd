import type { OracleEvent } from "../events.ts";
import type { Promised } from "../numbers/queues.ts";
import type { Sent } from "../stamps.ts";
import { damage } from "./damage.ts";
import { type Delivery, uuidOf } from "./delivery.ts";
import { type Random, randomOf } from "./random.ts";
import { type Cast, drawAgents, presenceOf } from "./random-agents.ts";
import { drawCall } from "./random-call.ts";

export type RandomDay = {
  seed: number;
  /** In the order of arrival. */
  deliveries: Delivery[];
  now: Date;
  /** From midnight to the next midnight. */
  window: { from: Date; to: Date };
  promiseOf: (queue: string | null) => Promised;
};

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Midnight of 2026-11-29 in São Paulo. */
const MIDNIGHT_MS = Date.parse("2026-11-29T03:00:00Z");

/** Returns a random day of a call centre as we receive it, with lost, late, repeated and strange events. */
export function randomDay(seed: number): RandomDay {
  const random = randomOf(seed);
  const now = MIDNIGHT_MS + random.whole(HOUR_MS, 20 * HOUR_MS) + random.whole(0, 999);
  const cast = drawCast(random);
  const sent: Sent[] = cast.agents.flatMap((agent) => presenceOf(agent, now, random));
  const calls = random.whole(1, 12);
  for (let n = 1; n <= calls; n += 1)
    sent.push(...drawCall({ call_id: `${seed}.${n}`, begins: drawBegin(now, random), cast, random }));
  return {
    seed,
    deliveries: damage({ sent, cast, now, random }),
    now: new Date(now),
    window: { from: new Date(MIDNIGHT_MS), to: new Date(MIDNIGHT_MS + DAY_MS) },
    promiseOf,
  };
}

/** Returns when a call begins. Two of three calls begin so late that they may be open now, and some have just begun. */
function drawBegin(now: number, random: Random): number {
  if (random.chance(0.08)) return now - random.whole(500, 5_000);
  if (random.chance(0.66)) return now - random.whole(1_000, 15 * MINUTE_MS);
  return random.whole(Math.min(MIDNIGHT_MS - 30 * MINUTE_MS, now - HOUR_MS), now);
}

const NUMBERS = ["11987650001", "551140028922", "1130901234", "21999990000", "anonymous"];

function drawCast(random: Random): Cast {
  const queues = ["900", "901", "902"].slice(0, random.whole(1, 3));
  return {
    queues,
    agents: drawAgents(queues, random),
    numbers: NUMBERS.slice(0, random.whole(1, NUMBERS.length)),
  };
}

/** Returns the promise of a queue. Queue 901 promises more than the others. */
const promiseOf = (queue: string | null): Promised =>
  queue === "901"
    ? { serviceLevelMs: 10_000, shortAbandonMs: 3_000 }
    : { serviceLevelMs: 20_000, shortAbandonMs: 5_000 };

/** Returns the deliveries as stored events. Pass the product's uuids to compare the oracle with the product. */
export function eventsOf(
  deliveries: readonly Delivery[],
  nameDelivery: (delivery: Delivery) => string = uuidOf,
): OracleEvent[] {
  return deliveries.map((delivery) => ({
    uuid: nameDelivery(delivery),
    body: JSON.parse(delivery.payload),
    received_at: delivery.received_at,
  }));
}
