import type { Call } from "@teravoz/domain";
import {
  createSender,
  type Delivery,
  percentile,
  planDeliveries,
  type Sender,
  sendAll,
} from "@teravoz/simulator";
import { io, type Socket } from "socket.io-client";
import { inMs, type Measured, readMemory } from "./figures.ts";
import type { Stage } from "./stage.ts";

const RATE = 100;
/** The run has 3,000 events, so thirty of them decide the 99th percentile. */
const SECONDS = 30;
const WARM_UP_SECONDS = 5;
const CONNECTIONS = 16;
/** Limit for an answer, and for the time between two messages. A message that takes longer counts as lost. */
const LAST_MS = 10_000;

/**
 * Measures the time from the start of a POST to the CallChanged that includes its event, at a socket.io client that
 * subscribes to all calls. The sender and the client are in this process, so one clock measures both ends. The limit is
 * the time to the POST's own answer.
 */
export async function measureLatency(stage: Stage): Promise<Measured> {
  const topics = await stage.openTopics();
  const handles = await stage.start(["ingest", "projector", "realtime"], {
    topics,
    mongodb: stage.newDatabase(),
  });
  const [ingest, , realtime] = handles;
  const socket = io(realtime!.url, { transports: ["websocket"], autoConnect: false });
  try {
    await Promise.all(handles.map((handle) => handle.ready()));
    await subscribe(socket);
    stage.say(`latency: ${RATE} events/s for ${WARM_UP_SECONDS} s to warm up, then ${SECONDS} s`);
    await measureRun(socket, ingest!.url, plan(1, WARM_UP_SECONDS));
    const { seen, answered } = await measureRun(socket, ingest!.url, plan(2, SECONDS));
    const memory = readMemory(`${RATE} events/s`, handles);
    return { figures: [describe("p50", 0.5), describe("p99", 0.99)].map((of) => of(seen, answered)), memory };
  } finally {
    socket.disconnect();
    await Promise.all(handles.map((handle) => handle.stop()));
    await topics.close();
  }
}

const describe = (name: string, share: number) => (seen: number[], answered: number[]) => ({
  what: `webhook to socket at ${RATE} events/s, ${name}`,
  ours: inMs(percentile(seen.toSorted(byValue), share)),
  limit: `POST answered ${inMs(percentile(answered.toSorted(byValue), share))}`,
});

const byValue = (one: number, other: number) => one - other;

function plan(seed: number, seconds: number): Delivery[] {
  const shares = { delegated: 1 };
  const calls = Math.ceil((RATE * seconds) / 7);
  const untouched = { duplicates: 0, reorder: 0, oldSpellings: 0, burst: 0 };
  return planDeliveries({ ...untouched, calls, rate: RATE, shares, delayMs: 300, seed, startAt: new Date() });
}

async function subscribe(socket: Socket): Promise<void> {
  const welcome = nextMessage(socket, "Welcome");
  socket.connect();
  await welcome;
  const answer = await socket.timeout(LAST_MS).emitWithAck("Subscribe", {});
  if (answer.status !== "Ok") throw new Error("Subscribe was refused");
}

function nextMessage(socket: Socket, event: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no ${event} within ${LAST_MS / 1000} s`)), LAST_MS);
    socket.once(event, () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

type Times = { seen: number[]; answered: number[] };

async function measureRun(socket: Socket, url: string, deliveries: Delivery[]): Promise<Times> {
  const calls = new Map(deliveries.map(({ body, call_id }) => [body, call_id]));
  const sent = new Map<string, number[]>();
  const times: Times = { seen: [], answered: [] };
  const onChange = (message: { data: Call }) => noteChange(sent, times.seen, message.data);
  socket.on("CallChanged", onChange);
  const sender = createSender({ url: `${url}/webhook`, connections: CONNECTIONS });
  const noting: Sender = {
    close: sender.close,
    post: (body) => {
      const call_id = calls.get(body) ?? "";
      sent.set(call_id, [...(sent.get(call_id) ?? []), performance.now()]);
      return sender.post(body);
    },
  };
  await sendAll(noting, deliveries, { onAnswer: ({ latencyMs }) => void times.answered.push(latencyMs) });
  await untilSeen(socket, times, deliveries.length);
  socket.off("CallChanged", onChange);
  sender.close();
  return times;
}

/** Notes the time of the first `events` events that were sent of this call, unless an earlier message included them. */
function noteChange(sent: Map<string, number[]>, seen: number[], { aggregate_id, events }: Call): void {
  const now = performance.now();
  const times = sent.get(aggregate_id) ?? [];
  for (const [index, begun] of times.entries()) {
    if (index >= events || Number.isNaN(begun)) continue;
    seen.push(now - begun);
    times[index] = Number.NaN;
  }
}

async function untilSeen(socket: Socket, { seen }: Times, total: number): Promise<void> {
  while (seen.length < total) {
    await nextMessage(socket, "CallChanged").catch((cause) => {
      throw new Error(`no CallChanged included ${total - seen.length} of ${total} events`, { cause });
    });
  }
}
