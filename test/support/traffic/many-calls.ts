import { Agent } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { foldCall, type LoggedEvent } from "@teravoz/domain";
import { connectMongo, createMongoStore } from "@teravoz/store";
import { batchOf, erasureKeys, log, sampleEvent } from "../stack/store.ts";
import { post } from "./load.ts";

/** Number of events in a batch, as in the projector's when it catches up. */
const BATCH = 4_000;

/**
 * Writes finished calls of the last hours to MongoDB as the projector does, but without notices. Call it
 * before any client asks.
 */
export async function seedCalls(uri: string, count: number, hours: number): Promise<void> {
  const connection = await connectMongo({ uri, log });
  const store = createMongoStore({ connection, log, erasureKeys });
  await store.prepare();
  let expected: number | null = null;
  for (let start = 0; start < count; start += BATCH / 2) {
    const events = eventsOfCalls({ start, length: BATCH / 2, count, hours });
    await store.apply({ ...batchOf(events, expected, 0), topic: "seed" }, foldCall);
    expected = (expected ?? 0) + events.length;
  }
  await connection.close();
}

type Stretch = { start: number; length: number; count: number; hours: number };

/** Two events of each finished call from `start` on. In all, `count` calls are spread over the last hours. */
export function eventsOfCalls({ start, length, count, hours }: Stretch): LoggedEvent[] {
  const calls = Math.min(length, count - start);
  return Array.from({ length: calls }, (_, n) => lifeOf(start + n, count, hours)).flat();
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
  "call.new",
  "call.standby",
  "call.waiting",
  "actor.entered",
  "call.ongoing",
  "call.data-provided",
  "call.data-provided",
  "actor.left",
  "call.finished",
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

/** Sends bodies in their order. Resolves when the last one is answered. */
export type Send = (bodies: readonly string[]) => Promise<void>;

/** Opens a sender to the webhook at this address, with this number of requests at once. */
export function openSender(url: string, connections = 32): { send: Send; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  return {
    async send(bodies) {
      for (let start = 0; start < bodies.length; start += connections)
        await Promise.all(bodies.slice(start, start + connections).map((body) => post(agent, url, body)));
    },
    close: () => agent.destroy(),
  };
}

/** Opens this number of calls, spread over all steps. */
export async function openTraffic(send: Send, inProgress: number) {
  const slots = Array.from({ length: inProgress }, freshSlot);
  const rounds = STEPS.length - 1;
  for (let round = 0; round < rounds; round += 1)
    await send(slots.filter((_, n) => n % rounds >= round).map(nextBody));
  let [sent, turn, stopped] = [0, 0, false];
  let done: Promise<void> = Promise.resolve();
  /** Sends the next events of this number of calls, at most one of each. */
  const change = async (count: number) => {
    const bodies = Array.from({ length: Math.min(count, slots.length) }, () => {
      // steps of 7 calls: neighbours do not follow each other, and all calls get their turn
      turn = (turn + 7) % slots.length;
      return nextBody(slots[turn]!);
    });
    await send(bodies);
    sent += bodies.length;
  };
  return {
    sent: () => sent,
    change,
    /** Changes this number of calls a second, until `stop`. */
    start(perSecond: number) {
      const began = performance.now();
      const before = sent;
      done = (async () => {
        while (!stopped) {
          const due = before + ((performance.now() - began) / 1_000) * perSecond;
          if (due - sent >= 1) await change(Math.floor(due - sent));
          await sleep(20);
        }
      })();
    },
    async stop() {
      stopped = true;
      await done;
    },
  };
}
