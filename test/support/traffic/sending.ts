import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "@jest/globals";
import { eventually } from "../eventually.ts";
import type { Gateway } from "../services/gateway.ts";
import { bodiesOfCalls, shuffle } from "./traffic.ts";

/** Number of requests at once. */
const SENDERS = 32;
const RETRY_MS = 200;
/** Number of events after which the sender slows down. More would only make the test wait longer for them. */
const MANY = 600;
/** Pause of each sender from then on, in ms: about 60 events a second in all. */
const SLOW_MS = 500;
/**
 * Makes a service confirm that it has begun to read a request. A request that breaks off before that was
 * never read.
 */
const EXPECT = { Expect: "100-continue" };
/** The outcome of a request that the service had begun to read and did not answer. */
export const BROKEN_OFF = "broken off";

/** Posts every body once, 32 at a time. Rejects at an answer other than 200. */
export async function postAll({ post }: Pick<Gateway, "post">, bodies: readonly string[]): Promise<void> {
  const left = bodies.toReversed();
  const sender = async () => {
    for (let body = left.pop(); body; body = left.pop()) expect((await post(body)).status).toBe(200);
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
}

export type Sending = ReturnType<typeof keepSending>;

/**
 * Sends events of new calls, 32 at a time and out of order, until `stop`, and slows down once they are many.
 * Like the vendor it repeats each until it is acknowledged. The outcome of an attempt is a status, the code
 * of a connection error, or BROKEN_OFF.
 */
export function keepSending({ post }: Pick<Gateway, "post">) {
  const acknowledged: string[] = [];
  const outcomes = new Set<number | string>();
  let pauseMs = 0;
  let isStopped = false;
  let left: string[] = [];
  const next = () => {
    if (left.length === 0) left = shuffle(bodiesOfCalls(50));
    return left.pop()!;
  };
  const attempt = async (body: string) => {
    const { status } = await post(body, EXPECT).catch(({ begun, code }) => ({
      status: begun ? BROKEN_OFF : String(code),
    }));
    outcomes.add(status);
    return status === 200;
  };
  const sender = async () => {
    while (!isStopped) {
      const body = next();
      while (!(await attempt(body))) await sleep(RETRY_MS);
      acknowledged.push(body);
      await sleep(acknowledged.length < MANY ? pauseMs : Math.max(pauseMs, SLOW_MS));
    }
  };
  const done = Promise.all(Array.from({ length: SENDERS }, sender));
  return {
    outcomes,
    /**
     * Sets the pause of each of the 32 senders after an acknowledged event (default 0). A pause leaves CPU to
     * other work.
     */
    pause: (ms: number) => {
      pauseMs = ms;
    },
    /** Waits until this number of further events are acknowledged. */
    async untilMore(count: number) {
      const wanted = acknowledged.length + count;
      await eventually(() => expect(acknowledged.length).toBeGreaterThanOrEqual(wanted), 60_000);
    },
    /** Stops. Resolves with every sent body when all are acknowledged. */
    async stop() {
      isStopped = true;
      await done;
      return acknowledged;
    },
  };
}
