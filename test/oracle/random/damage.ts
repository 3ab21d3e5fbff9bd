import { drawStamp, type Sent, writeStamp } from "../stamps.ts";
import type { Delivery } from "./delivery.ts";
import type { Random } from "./random.ts";
import { type Cast, nameIn } from "./random-agents.ts";

type Damaged = { sent: readonly Sent[]; cast: Cast; now: number; random: Random };

/** The chance of each kind of damage for one event on its way from the sender to us, on one day. */
type Weather = { lost: number; repeated: number; rewritten: number; late: number; thrownIn: number };

const FAIR: Weather = { lost: 0, repeated: 0, rewritten: 0, late: 0, thrownIn: 0 };

/** Returns the deliveries of a day until now, in the order of their arrival. One day in three arrives undamaged. */
export function damage({ sent, cast, now, random }: Damaged): Delivery[] {
  const weather = random.chance(1 / 3) ? FAIR : drawWeather(random);
  const past = sent.filter(({ at }) => at <= now);
  const kept = past.filter(() => !random.chance(weather.lost));
  const all = kept.flatMap((each) => {
    const isFollowed = random.chance(weather.thrownIn);
    return isFollowed ? [each, strangeEvent({ near: each, past, cast, random })] : [each];
  });
  const deliveries = all.flatMap((each) => deliver(each, { weather, now, random }));
  return deliveries
    .filter(({ received_at }) => received_at.getTime() <= now)
    .sort((a, b) => a.received_at.getTime() - b.received_at.getTime());
}

const drawWeather = (random: Random): Weather => ({
  lost: random.pick([0, 0.05, 0.2]),
  repeated: random.pick([0, 0.1, 0.3]),
  rewritten: random.pick([0, 0.1, 0.3]),
  late: random.pick([0, 0.1, 0.5]),
  thrownIn: random.pick([0, 0, 0.05]),
});

type Way = { weather: Weather; now: number; random: Random };

/**
 * Returns the deliveries of one event: the event, its repetitions, and its twins with the same fields in another
 * spelling.
 */
function deliver({ at, body }: Sent, way: Way): Delivery[] {
  const { weather, random } = way;
  const payloads = [JSON.stringify(body)];
  if (random.chance(weather.repeated)) payloads.push(payloads[0]!);
  if (random.chance(weather.rewritten)) payloads.push(JSON.stringify(body, null, 2));
  if (random.chance(weather.rewritten)) payloads.push(JSON.stringify(reversed(body)));
  return payloads.map((payload) => ({ payload, received_at: new Date(at + delayOf(way)) }));
}

const reversed = (body: object): object => Object.fromEntries(Object.entries(body).reverse());

function delayOf({ weather, random }: Way): number {
  if (!random.chance(weather.late)) return random.whole(20, 400);
  return random.chance(0.9) ? random.whole(100, 60_000) : random.whole(100, 7_200_000);
}

const TYPES = [
  "call.new",
  "call.standby",
  "call.waiting",
  "call.ongoing",
  "call.finished",
  "call.overflow",
  "call.follow-me",
  "call.queue-abandon",
  "call.recording-available",
  "actor.entered",
  "actor.left",
  "actor.ringing",
  "actor.noanswer",
  "peer.ringing",
];

type Near = { near: Sent; past: readonly Sent[]; cast: Cast; random: Random };

/** Returns an event of a known call that is part of no story. */
function strangeEvent({ near, past, cast, random }: Near): Sent {
  const ofCalls = past.filter(({ body }) => body.call_id !== undefined);
  const call_id = ofCalls.length > 0 ? random.pick(ofCalls).body.call_id : "1.1";
  const type = random.pick(TYPES);
  const at = near.at + random.whole(0, 5_000);
  const named = type.startsWith("actor.") ? nameIn(random.pick(cast.agents), random) : {};
  const queue = random.chance(0.6) ? { queue: random.pick(cast.queues) } : {};
  const body = { type, call_id, ...named, ...queue, ...writeStamp(at, drawStamp(random), random) };
  return { at, body };
}
