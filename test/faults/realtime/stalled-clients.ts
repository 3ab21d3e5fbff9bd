import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { percentile } from "@teravoz/simulator";
import type { ServiceHandle } from "@teravoz/stack";
import { eventually } from "../../support/eventually.ts";
import type { Gateway } from "../../support/services/gateway.ts";
import { startLoad } from "./load.ts";
import { watchMemory } from "./memory.ts";
import { openSwarm, type Swarm } from "./swarm.ts";

/**
 * The measured percentiles in ms: from the commit of a change to its CallChanged, and from a question to its answer.
 */
export type Delays = { change: number; answer: number };

export type StalledFigures = {
  perSecond: number;
  /**
   * Resident memory of realtime, in bytes: after the same load from clients that read, and the largest growth above
   * that.
   */
  memory: { start: number; growth: number };
  /**
   * Delays of the good clients: first while the same number of other clients ask for the same and read it, then while
   * those read nothing.
   */
  before: Delays;
  beside: Delays;
  /** Number of stalled sockets that were closed, and of good ones. */
  stalledClosed: number;
  goodClosed: number;
  /** Time from the last event until every good client shows what the store has. */
  rightMs: number;
};

/** `percent` is the percentile of the delays that is measured, as a fraction. */
type Options = {
  good: number;
  subscribers: number;
  stalled: number;
  events: number;
  rate: number;
  percent: number;
};

const GIVE_UP_MS = 60_000;
/** Interval of the good clients' additional questions, short enough for a 99th percentile. */
const ASK_MS = 50;

/**
 * Stalls clients of the first instance of realtime: they subscribe to everything and read nothing while events come.
 * The others read.
 */
export async function stallClients(gateway: Gateway, options: Options): Promise<StalledFigures> {
  const [realtime] = gateway.realtime;
  await startLoad(gateway, options.rate, BEFORE).stop();
  const counts = { listing: options.good, subscribing: options.subscribers, limit: LISTED };
  const swarm = await openSwarm({ urls: [realtime!.url], ...counts });
  // the same load with clients that read, because a busy process and a busy machine also cost memory and time
  const readers = await openAskers(realtime!.url, options.stalled, "read");
  const before = (await measureLoad(gateway, swarm, options)).delays;
  closeAskers(readers);
  const stalled = await openAskers(realtime!.url, options.stalled, "stall");
  try {
    const memory = watchMemory(realtime!.pid);
    const { perSecond, delays } = await measureLoad(gateway, swarm, options);
    const rightMs = await swarm.untilRight(gateway.db, GIVE_UP_MS);
    await untilSockets(realtime!, options.good + options.subscribers);
    return {
      perSecond,
      memory: memory.stop(),
      before,
      beside: delays,
      stalledClosed: stalled.length,
      goodClosed: swarm.listing.reduce((sum, { counts: { closed } }) => sum + closed, 0),
      rightMs,
    };
  } finally {
    closeAskers(stalled);
    swarm.close();
  }
}

async function measureLoad(gateway: Gateway, swarm: Swarm, { rate, events, percent }: Options) {
  for (const { delays } of swarm.subscribing) delays.length = 0;
  const asking = keepAsking(swarm);
  const { perSecond } = await startLoad(gateway, rate, events).stop();
  const answers = await asking.stop();
  const changes = swarm.subscribing.flatMap(({ delays }) => delays);
  return {
    perSecond,
    delays: { change: percentileOf(changes, percent), answer: percentileOf(answers, percent) },
  };
}

const percentileOf = (values: readonly number[], percent: number) =>
  percentile(
    values.toSorted((one, other) => one - other),
    percent,
  );

type Asker = { socket: Socket; pongs: NodeJS.Timeout };
type Manner = "read" | "stall";

/**
 * Less than the time after which a peer without a pong is closed: stalled clients are found only by the data they do
 * not read.
 */
const PONG_MS = 5_000;
/** An unsolicited pong without a payload. The mask that a client must send is zero. */
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);
/**
 * The commands of each client: all changes, and more lists than the system's own buffers hold (10 MB): 100 of 130 KB.
 */
const ASKED = Buffer.concat([
  maskedText('{"event":"Subscribe"}'),
  ...Array.from({ length: 100 }, () => maskedText('{"event":"ListCalls","data":{"limit":200}}')),
]);
/** Number of events before the clients connect: 200 calls. */
const BEFORE = 1_000;
/** Number of calls in a good client's list. It is small, because reading of lists is not measured here. */
const LISTED = 10;

/** Opens clients. Those that stall read only the handshake but send pongs, so pings alone would never close them. */
const openAskers = (url: string, count: number, manner: Manner): Promise<Asker[]> =>
  Promise.all(Array.from({ length: count }, () => openAsker(new URL(url), manner)));

async function openAsker({ hostname, port }: URL, manner: Manner): Promise<Asker> {
  const socket = connect(Number(port), hostname);
  socket.on("error", () => {});
  const key = randomBytes(16).toString("base64");
  socket.write(
    `GET / HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
  );
  await once(socket, "data");
  if (manner === "read") socket.resume();
  else socket.pause();
  socket.write(ASKED);
  return { socket, pongs: setInterval(() => socket.write(PONG), PONG_MS) };
}

function closeAskers(askers: readonly Asker[]): void {
  for (const { socket, pongs } of askers) {
    clearInterval(pongs);
    socket.destroy();
  }
}

/** A text frame of fewer than 126 bytes. */
function maskedText(text: string): Buffer {
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}

/** Lets the good clients ask one after the other until it is stopped. `stop` resolves with the wait of each, in ms. */
function keepAsking({ listing }: Swarm): { stop(): Promise<number[]> } {
  const waits: number[] = [];
  const state = { stopped: false };
  const run = async () => {
    for (let n = 0; !state.stopped; n++) {
      const began = performance.now();
      await listing[n % listing.length]!.ask();
      waits.push(performance.now() - began);
      await sleep(ASK_MS);
    }
  };
  const done = run();
  return {
    stop: async () => {
      state.stopped = true;
      await done;
      return waits;
    },
  };
}

/** Waits until at most `left` sockets are open, by realtime's own metric. */
const untilSockets = (realtime: ServiceHandle, left: number) =>
  eventually(async () => {
    const metrics = await (await fetch(`${realtime.url}/metrics`)).text();
    const counts = [...metrics.matchAll(/^teravoz_sockets\{.*\} (\d+)$/gm)].map(([, count]) => Number(count));
    const open = counts.reduce((sum, count) => sum + count, 0);
    if (open > left) throw new Error(`${open} sockets are open, not ${left}`);
  }, GIVE_UP_MS);
