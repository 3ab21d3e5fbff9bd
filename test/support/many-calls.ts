import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { foldCall, type LoggedEvent } from "@teravoz/domain";
import { connectMongo, createMongoStore } from "@teravoz/store";
import { post } from "./load.ts";
import { batchOf, erasureKeys, log, sampleEvent } from "./store.ts";

/** Events a batch: as the projector writes them when it catches up. */
const BATCH = 4_000;

/** Finished calls of the last hours, written as the projector would, untold: before anybody has asked. */
export async function seedCalls(uri: string, count: number, hours: number): Promise<void> {
  const connection = await connectMongo({ uri, log });
  const store = createMongoStore({ connection, log, erasureKeys });
  await store.prepare();
  let expected: number | null = null;
  for (let start = 0; start < count; start += BATCH / 2) {
    const length = Math.min(BATCH / 2, count - start);
    const events = Array.from({ length }, (_, n) => lifeOf(start + n, count, hours)).flat();
    await store.apply({ ...batchOf(events, expected, 0), topic: "seed" }, foldCall);
    expected = (expected ?? 0) + events.length;
  }
  await connection.close();
}

function lifeOf(n: number, count: number, hours: number): LoggedEvent[] {
  const began = Date.now() - hours * 3_600_000 * (1 - n / count) - 300_000;
  const aggregate_id = `seed-${n}`;
  const body = {
    ...numbersOf(n),
    direction: "inbound",
    queue: `${900 + (n % 40)}`,
    actor: `agent${n % 300}@example.com`,
  };
  return [
    ["call.waiting", 0],
    ["call.finished", 20_000 + ((n * 7_919) % 400_000)],
  ].map(([type, after]) => {
    const received_at = new Date(Math.min(Date.now(), began + (after as number)));
    const payload = JSON.stringify({ type, call_id: aggregate_id, ...body });
    return sampleEvent({ aggregate_id, type: String(type), received_at, payload });
  });
}

const numbersOf = (n: number) => ({
  their_number: `5511${910_000_000 + ((12_345_677 * (n + 1)) % 89_000_000)}`,
  our_number: `55113000${1_000 + (n % 20)}`,
});

const STEPS = [
  ...["call.new", "call.standby", "call.waiting", "actor.entered", "call.ongoing"],
  ...["call.data-provided", "call.data-provided", "actor.left", "call.finished"],
];

type Slot = { call_id: string; n: number; step: number };
let begun = 0;
const freshSlot = (): Slot => {
  begun += 1;
  return { call_id: `going-${process.pid}-${begun}`, n: begun, step: 0 };
};

function nextBody(slot: Slot): string {
  const type = STEPS[slot.step]!;
  const { call_id, n } = slot;
  const agent = type.startsWith("actor.") ? { actor: `agent${n % 300}@example.com` } : {};
  const body = { type, call_id, timestamp: new Date().toISOString(), queue: `${900 + (n % 40)}`, ...agent };
  Object.assign(slot, slot.step + 1 < STEPS.length ? { step: slot.step + 1 } : freshSlot());
  return JSON.stringify({ ...body, ...numbersOf(n), nth: begun });
}

/** Sends bodies in their order of calls, so many at once. */
export async function postAll(url: string, bodies: readonly string[], connections = 32): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  for (let start = 0; start < bodies.length; start += connections)
    await Promise.all(bodies.slice(start, start + connections).map((body) => post(agent, url, body)));
  agent.destroy();
}

/** So many calls in progress, each at a step of its own; from `start` on so many of their events a second. */
export async function openTraffic(url: string, inProgress: number) {
  const slots = Array.from({ length: inProgress }, freshSlot);
  const rounds = STEPS.length - 1;
  for (let round = 0; round < rounds; round += 1)
    await postAll(url, slots.filter((_, n) => n % rounds >= round).map(nextBody));
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  let [sent, turn, stopped] = [0, 0, false];
  let done: Promise<void> = Promise.resolve();
  const one = () => {
    // a step that is no neighbour: all calls come in turn
    turn = (turn + 7) % slots.length;
    sent += 1;
    return post(agent, url, nextBody(slots[turn]!));
  };
  return {
    sent: () => sent,
    start(perSecond: number) {
      const began = performance.now();
      const before = sent;
      done = (async () => {
        while (!stopped) {
          const due = before + ((performance.now() - began) / 1_000) * perSecond;
          await Promise.all(Array.from({ length: Math.max(0, Math.floor(due - sent)) }, one));
          await sleep(20);
        }
      })();
    },
    async stop() {
      stopped = true;
      await done;
      agent.destroy();
    },
  };
}
