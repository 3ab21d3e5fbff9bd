import {
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";

export type Sender = {
  /** POSTs one body; resolves with what came back, never rejects. */
  post(body: string): Promise<Answer>;
  close(): void;
};

export type Answer = {
  /** The HTTP status, or the code of what failed (`ECONNREFUSED`, `timeout`). */
  status: number | string;
  /** From the request's begin to the end of the answer. */
  latencyMs: number;
};

/** ingest gives up after 5 s with a 503: what takes twice as long will not come. */
const TIMEOUT_MS = 10_000;

/** Keeps up to `connections` connections open; what finds none free waits, and its wait counts. */
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
    // a kept connection the other side closed just then: nothing is wrong, the next one is new
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
  /** Stops it: nothing more is sent, what is under way is waited for. */
  signal?: AbortSignal;
  onAnswer(answer: Answer): void;
};

/** Sends each delivery at its time (late ones at once), and resolves when all have their answers. */
export async function sendAll(
  sender: Sender,
  deliveries: readonly Due[],
  { signal, onAnswer }: Run,
): Promise<void> {
  const begun = performance.now();
  const pending = new Set<Promise<void>>();
  for (const { dueMs, body } of deliveries) {
    const waitMs = dueMs - (performance.now() - begun);
    // timers are a millisecond wide: shorter waits would only slow a fast run
    if (waitMs > 1) await sleep(waitMs, undefined, signal ? { signal } : {}).catch(() => {});
    if (signal?.aborted) break;
    const answered = sender.post(body).then(onAnswer);
    pending.add(answered);
    void answered.finally(() => pending.delete(answered));
  }
  await Promise.all(pending);
}
