import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { createRandom, drawOne } from "@teravoz/simulator";
import { type History, recordOperation } from "../checker/history.ts";
import type { Body, Traffic } from "./traffic.ts";

export type Vendor = {
  /** Sets the rate of new bodies; 0 pauses them. */
  setRate(perSecond: number): void;
  /** Sends `count` bodies at once, in addition to the rate. Resolves when each was taken, refused or given up. */
  burst(count: number): Promise<void>;
  /** Sends no new bodies. Resolves when every open body was taken, refused or given up. */
  stop(): Promise<void>;
};

type Options = {
  history: History;
  traffic: Traffic;
  /** The ingests' base URLs. Each try goes to a random one. */
  urls: readonly string[];
  seed: number;
  token?: string | undefined;
  /** The number of requests in flight at once. */
  connections?: number;
};

const TICK_MS = 20;
/** Limit for a request, above ingest's own deadline of 5 s and a second: a request that is open longer hangs. */
const REQUEST_MS = 8_000;
const RETRY_MS = 100;
/** The share of bodies that are not sent again after a failed try. They may be stored or not. */
const FORGETTERS = 0.05;
/** Time after the stop until a refused body is given up. All faults are healed before the stop. */
const GIVE_UP_MS = 60_000;

/** Creates a sender that repeats each body until it is acknowledged, as the vendor does. */
export function createVendor({ history, traffic, urls, seed, token, connections = 64 }: Options): Vendor {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const random = createRandom(seed);
  const open = new Set<Promise<void>>();
  const life = { rate: 0, due: 0, stoppedAt: Number.POSITIVE_INFINITY };
  const isHopeless = () => Date.now() > life.stoppedAt + GIVE_UP_MS;
  const deliver = async (body: Body) => {
    const forgets = random() < FORGETTERS;
    for (;;) {
      const { outcome } = await recordOperation(history, body, () =>
        post(agent, drawOne(random, urls), body.body, token),
      );
      if (outcome !== "info" || forgets || isHopeless()) return;
      await sleep(RETRY_MS);
    }
  };
  const send = () => {
    const sending = deliver(traffic.next());
    open.add(sending);
    void sending.then(() => open.delete(sending));
    return sending;
  };
  const timer = setInterval(() => {
    life.due = Math.min(life.due + (life.rate * TICK_MS) / 1_000, connections);
    for (; life.due >= 1 && open.size < connections; life.due--) void send();
  }, TICK_MS);
  return {
    setRate: (perSecond) => {
      life.rate = perSecond;
    },
    burst: async (count) => {
      await Promise.all(Array.from({ length: count }, send));
    },
    stop: async () => {
      clearInterval(timer);
      life.stoppedAt = Date.now();
      await Promise.all(open);
      agent.destroy();
    },
  };
}

function post(agent: Agent, url: string, body: string, token?: string): Promise<{ status: number }> {
  return new Promise((resolve, reject) => {
    const headers = {
      "Content-Type": "application/json",
      ...(token ? { Authorization: `Bearer ${token}` } : {}),
    };
    const sent = request(
      `${url}/webhook`,
      { method: "POST", agent, headers, timeout: REQUEST_MS },
      (answer) => {
        answer.resume().once("end", () => resolve({ status: answer.statusCode! }));
        answer.once("error", reject);
      },
    );
    sent.once("timeout", () => sent.destroy(Object.assign(new Error("no answer"), { code: "NO_ANSWER" })));
    sent.once("error", reject);
    sent.end(body);
  });
}
