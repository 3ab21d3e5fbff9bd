import { planDeliveries } from "@teravoz/simulator";
import autocannon, { type Request } from "autocannon";

export const CONNECTIONS = 64;

export type Round = { perSecond: number; p99: number };

/**
 * Posts bodies for `seconds`, as fast as they are answered or at `overallRate` a second. Throws if an answer is not
 * 200.
 */
export async function measureRound(
  url: string,
  nextBody: () => string,
  { seconds, overallRate }: { seconds: number; overallRate?: number },
): Promise<Round> {
  const setupRequest = (request: Request) => ({ ...request, body: nextBody() });
  const result = await autocannon({
    url,
    connections: CONNECTIONS,
    duration: seconds,
    ...(overallRate ? { overallRate } : {}),
    requests: [{ method: "POST", headers: { "Content-Type": "application/json" }, setupRequest }],
  });
  if (result.non2xx + result.errors > 0)
    throw new Error(`${url}: ${result.non2xx} answers were not 200, ${result.errors} requests had no answer`);
  return { perSecond: result["2xx"] / result.duration, p99: result.latency.p99 };
}

/**
 * Creates bodies as the simulator writes them, seven events a call. No body is sent twice, because an event that is
 * already stored costs less.
 */
export function createBodies(): () => string {
  const template = planDeliveries({
    calls: 1,
    rate: 1_000,
    shares: { delegated: 1 },
    duplicates: 0,
    reorder: 0,
    delayMs: 1_000,
    oldSpellings: 0,
    burst: 0,
    seed: 1,
    startAt: new Date(Date.now() - 60_000),
  });
  const second = Math.floor(Date.now() / 1000);
  let sent = 0;
  return () => {
    const { body, call_id } = template[sent % template.length]!;
    const call = Math.floor(sent++ / template.length);
    return body.replace(call_id, `${second}.${call}`);
  };
}
