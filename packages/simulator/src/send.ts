import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

export type Sender = {
  /** POSTs one body. Resolves with the answer, never rejects. */
  post(body: string): Promise<Answer>;
  close(): void;
};

export type Answer = {
  /** The HTTP status, or the code of the failure (`ECONNREFUSED`, `timeout`). */
  status: number | string;
  /** The time from the beginning of the request to the end of the answer. */
  latencyMs: number;
};

/** The longest wait for an answer. ingest answers 503 after 5 s; an answer that takes twice as long will not arrive. */
const TIMEOUT_MS = 10_000;

/**
 * Creates a sender that keeps up to `connections` connections open. A request without a free connection waits, and its
 * wait counts as latency.
 */
export function createSender(options: {
  url: string;
  token?: string | undefined;
  connections: number;
}): Sender {
  const url = new URL(options.url);
  const agentOptions = { keepAlive: true, maxSockets: options.connections };
  const secure = url.protocol === "https:";
  const agent = secure ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions);
  const call: Call = {
    request: secure ? httpsRequest : httpRequest,
    url,
    agent,
    headers: {
      "Content-Type": "application/json",
      ...(options.token ? { Authorization: `Bearer ${options.token}` } : {}),
    },
  };
  return { post: (body) => measure(call, body), close: () => agent.destroy() };
}

type Call = { request: typeof httpRequest; url: URL; agent: HttpAgent; headers: Record<string, string> };

async function measure(call: Call, body: string): Promise<Answer> {
  const begun = performance.now();
  const status = await postOnce(call, body).catch(async (failure: PostFailure) =>
    // the other side has just closed a kept connection, which is not an error: the next one is new
    failure.stale ? postOnce(call, body).catch((again: PostFailure) => again.code) : failure.code,
  );
  return { status, latencyMs: performance.now() - begun };
}

type PostFailure = { code: string; stale: boolean };

function postOnce({ request, url, agent, headers }: Call, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const options: RequestOptions = {
      method: "POST",
      agent,
      timeout: TIMEOUT_MS,
      headers: { ...headers, "Content-Length": Buffer.byteLength(body) },
    };
    const sent = request(url, options, (response: IncomingMessage) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
      response.on("error", fail);
    });
    const fail = (error: NodeJS.ErrnoException) =>
      reject({ code: error.code ?? error.name, stale: sent.reusedSocket && error.code === "ECONNRESET" });
    sent.on("timeout", () =>
      sent.destroy(Object.assign(new Error("no answer in time"), { code: "timeout" })),
    );
    sent.on("error", fail);
    sent.end(body);
  });
}

export type Due = { dueMs: number; body: string };
export type Run = {
  /** Aborts the run: nothing more is sent, and started requests are awaited. */
  signal?: AbortSignal;
  onAnswer(answer: Answer): void;
};

/** Sends each delivery at its time, late ones at once. Resolves when all are answered. */
export async function sendAll(
  sender: Sender,
  deliveries: readonly Due[],
  { signal, onAnswer }: Run,
): Promise<void> {
  const begun = performance.now();
  const pending = new Set<Promise<void>>();
  for (const { dueMs, body } of deliveries) {
    const waitMs = dueMs - (performance.now() - begun);
    // timers have a resolution of a millisecond: shorter waits would only slow a fast run
    if (waitMs > 1) await sleep(waitMs, undefined, signal ? { signal } : {}).catch(() => {});
    if (signal?.aborted) break;
    const answered = sender.post(body).then(onAnswer);
    pending.add(answered);
    void answered.finally(() => pending.delete(answered));
  }
  await Promise.all(pending);
}
