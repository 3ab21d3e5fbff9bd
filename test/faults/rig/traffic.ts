import { createRandom, drawOne, drawWhole } from "@teravoz/simulator";
import { bodiesOf, FLOWS } from "../../support/traffic/traffic.ts";

export type Body = { body: string; call: string };
export type Traffic = {
  /** Returns the next body. No two are equal, except for deliberate redeliveries. */
  next(): Body;
};

/** The number of calls in progress at a time. Their events alternate, as those of a call centre do. */
const CALLS_AT_ONCE = 60;
/** The number of redeliveries, of bodies with an unknown type and of agents' events in a hundred bodies. */
const REDELIVERED = 4;
const REFUSED = 2;
const OF_AGENTS = 3;
const REMEMBERED = 500;

/** Creates endless calls of all flows. The same seed makes the same choices. */
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

/** Less than a day, because a stamp that is more than a day after its arrival is ignored. */
const SKEW_MS = 23 * 3_600_000;
const SKEWED = 0.2;

function skew(random: () => number, { body, call }: Body): Body {
  if (random() > SKEWED) return { body, call };
  const off = Math.round((random() * 2 - 1) * SKEW_MS);
  const stamp = (text: string) => new Date(Date.parse(text) + off).toISOString();
  // stamps of the other forms stay as they are
  return { body: body.replace(/(?<="timestamp":")\d{4}-[^"]+Z(?=")/, stamp), call };
}

/** Adds an unknown field that makes each body unique. It is stored and has no meaning. */
const withNonce = (body: string, nonce: string) => `${body.slice(0, -1)},"nonce":"${nonce}"}`;

/** Writes the bodies of a call. Each call has a separate seed, and therefore a caller that no other call has. */
function writeCall(flow: (typeof FLOWS)[number], seed: number, count: number): Body[] {
  const bodies = bodiesOf(flow, seed * 1_000_000 + count);
  const { call_id } = JSON.parse(bodies[0]!);
  return bodies.map((body, step) => ({ body: withNonce(body, `${seed}-${count}-${step}`), call: call_id }));
}

/** Writes a body that is answered with 422 and kept in the dead letters. */
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
