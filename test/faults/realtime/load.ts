import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../../support/eventually.ts";
import type { Gateway } from "../../support/services/gateway.ts";
import { bodiesOf, FLOWS } from "../../support/traffic/traffic.ts";

export type Load = {
  /**
   * Ends the load, or waits for its end if it has a `limit`. Resolves when all events are taken; `refused` counts those
   * that were not.
   */
  stop(): Promise<{ acknowledged: number; refused: number; perSecond: number }>;
};

/** Number of webhooks in flight at most: more would only wait in the client. */
const CONNECTIONS = 64;
/** Number of calls at a time. Their events alternate, as those of a call centre do. */
const CALLS = 50;
const TICK_MS = 20;

/** Sends events of new calls at `rate` (events/s), until it is stopped or `limit` events are sent. */
export function startLoad(
  gateway: Pick<Gateway, "post">,
  rate: number,
  limit = Number.POSITIVE_INFINITY,
): Load {
  const bodies = endlessBodies();
  const counts = { begun: 0, acknowledged: 0, refused: 0 };
  const underWay = new Set<Promise<void>>();
  const began = performance.now();
  let stopped = false;
  const note = (acknowledged: boolean) => {
    counts[acknowledged ? "acknowledged" : "refused"] += 1;
  };
  const post = () => {
    counts.begun += 1;
    const body = bodies.next().value;
    const answered = eventually(() => expectTaken(gateway, body))
      .then(
        () => note(true),
        () => note(false),
      )
      .finally(() => underWay.delete(answered));
    underWay.add(answered);
  };
  const run = async () => {
    while (!stopped && counts.begun < limit) {
      const due = Math.min(limit, ((performance.now() - began) / 1_000) * rate);
      while (counts.begun < due && underWay.size < CONNECTIONS) post();
      await sleep(TICK_MS);
    }
    await Promise.all(underWay);
  };
  const done = run();
  return {
    stop: async () => {
      if (limit === Number.POSITIVE_INFINITY) stopped = true;
      await done;
      const { acknowledged, refused } = counts;
      return { acknowledged, refused, perSecond: (acknowledged / (performance.now() - began)) * 1_000 };
    },
  };
}

/** Throws without a 200, so that the body is sent again, as the vendor does. A 503 promises nothing. */
async function expectTaken(gateway: Pick<Gateway, "post">, body: string): Promise<void> {
  const { status } = await gateway.post(body);
  if (status !== 200) throw new Error(`answered with ${status}`);
}

function* endlessBodies(): Generator<string, never> {
  const calls: string[][] = [];
  for (let n = 0; ; n++) {
    const call = n % CALLS;
    if (!calls[call]?.length) calls[call] = [...bodiesOf(FLOWS[n % FLOWS.length]!, n)];
    yield calls[call].shift()!;
  }
}
