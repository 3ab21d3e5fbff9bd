import { createRandom, drawOne, drawWhole } from "@teravoz/simulator";
import { bodiesOf, FLOWS } from "../../support/traffic.ts";

export type Body = { body: string; call: string };
export type Traffic = {
  /** The next body; no two are equal but for deliberate redeliveries. */
  next(): Body;
};

/** Calls that go on at a time: their events come interleaved, as a call centre's do. */
const CALLS_AT_ONCE = 60;
/** Of a hundred bodies so many are one sent before, one nobody knows how to read, an agent's. */
const REDELIVERED = 4;
const REFUSED = 2;
const OF_AGENTS = 3;
const REMEMBERED = 500;

/** Calls of all flows without end; the same seed gives the same choices. */
export function createTraffic(seed: number, { skewed = false }: { skewed?: boolean } = {}): Traffic {
  const random = createRandom(seed);
  const calls: Body[][] = [];
  const sent: Body[] = [];
  let count = 0;
  const fresh = (): Body => {
    while (calls.length < CALLS_AT_ONCE) calls.push(writeCall(drawOne(random, FLOWS), seed, count++));
    const index = drawWhole(random, 0, calls.length - 1);
    const next = skewed ? skew(random, calls[index]!.shift()!) : calls[index]!.shift()!;
    if (calls[index]!.length === 0) calls.splice(index, 1);
    sent[count++ % REMEMBERED] = next;
    return next;
  };
  return {
    next: () => {
      const lot = drawWhole(random, 1, 100);
      if (lot <= REDELIVERED && sent.length > 0) return drawOne(random, sent.filter(Boolean));
      if (lot <= REDELIVERED + REFUSED) return refusedBody(`${seed}-${count++}`);
      if (lot <= REDELIVERED + REFUSED + OF_AGENTS) return agentBody(random, `${seed}-${count++}`);
      return fresh();
    },
  };
}

/** Less than a day: a stamp beyond that after its arrival is not believed. */
const SKEW_MS = 23 * 3_600_000;
const SKEWED = 0.2;

function skew(random: () => number, { body, call }: Body): Body {
  if (random() > SKEWED) return { body, call };
  const off = Math.round((random() * 2 - 1) * SKEW_MS);
  const stamp = (text: string) => new Date(Date.parse(text) + off).toISOString();
  // stamps of the other forms stay as they are
  return { body: body.replace(/(?<="timestamp":")\d{4}-[^"]+Z(?=")/, stamp), call };
}

/** An unknown field makes each body like no other; it is kept and says nothing. */
const withNonce = (body: string, nonce: string) => `${body.slice(0, -1)},"nonce":"${nonce}"}`;

/** Each call has a seed of its own, and so a caller whom no other call has. */
function writeCall(flow: (typeof FLOWS)[number], seed: number, count: number): Body[] {
  const bodies = bodiesOf(flow, seed * 1_000_000 + count);
  const { call_id } = JSON.parse(bodies[0]!);
  return bodies.map((body, step) => ({ body: withNonce(body, `${seed}-${count}-${step}`), call: call_id }));
}

/** Answered with 422 and kept in the dead letters. */
const refusedBody = (nonce: string): Body => ({
  body: `{"type":"call.unheard-of","call_id":"refused-${nonce}","nonce":"${nonce}"}`,
  call: `refused-${nonce}`,
});

function agentBody(random: () => number, nonce: string): Body {
  const actor = `agent-${drawWhole(random, 1, 50)}@example.com`;
  const type = drawOne(random, ["actor.logged-in", "actor.paused", "actor.unpaused", "actor.logged-out"]);
  const body = JSON.stringify({ type, actor, timestamp: new Date().toISOString(), nonce });
  return { body, call: actor };
}
