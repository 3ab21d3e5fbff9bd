import { Agent, request } from "node:http";

export type LoadAnswer = { status: number; tookMs: number };

/** Posts bodies from `next` on this number of connections until it is stopped. */
export function startLoad({
  url,
  connections,
  next,
  pauseMs = 0,
}: {
  url: string;
  connections: number;
  next: () => string;
  /** Pause between an answer and the next request on its connection, in ms. */
  pauseMs?: number;
}) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const outcomes: LoadAnswer[] = [];
  const acknowledged: string[] = [];
  let stopped = false;
  const worker = async () => {
    while (!stopped) {
      const body = next();
      const outcome = await post(agent, url, body);
      outcomes.push(outcome);
      if (outcome.status === 200) acknowledged.push(body);
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  const done = Promise.all(Array.from({ length: connections }, worker));
  return {
    outcomes,
    acknowledged,
    /** Resolves when the last request is answered. */
    stop: async () => {
      stopped = true;
      await done;
      agent.destroy();
    },
  };
}

/** Posts a body. Status 0 means that there was no answer. */
export function post(agent: Agent, url: string, body: string): Promise<LoadAnswer> {
  const began = performance.now();
  return new Promise((resolve) => {
    const end = (status: number) => resolve({ status, tookMs: performance.now() - began });
    const sent = request(`${url}/webhook`, {
      method: "POST",
      agent,
      headers: { "Content-Type": "application/json" },
    });
    sent.once("response", (response) => response.resume().once("end", () => end(response.statusCode ?? 0)));
    sent.once("error", () => end(0));
    sent.end(body);
  });
}

/** The quantile of the values: `part` (0 to 1) of them are below it. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

/** Number of answers of each status. */
export const countStatuses = (outcomes: readonly LoadAnswer[]): Record<number, number> =>
  Object.fromEntries(
    [...Map.groupBy(outcomes, ({ status }) => status)].map(([key, all]) => [key, all.length]),
  );

/** Reads a gauge of a service from /metrics. */
export async function readMetric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (.+)$`, "m").exec(text)?.[1]);
}
