import { strict as assert } from "node:assert";
import fc from "fast-check";
import WebSocket from "ws";
import { JOINS, openPolling } from "../polling.ts";
import { ask } from "../traffic/raw-http.ts";
import { connectClient, TRANSPORTS } from "../traffic/socket-clients.ts";
import { hostile } from "./bodies.ts";

const AT_A_TIME = 50;
/** Number of polling payloads full of join packets. A few show whether they have lasting costs. */
const FLOODS = 5;
const PATHS = ["/any", "/socket.io/?EIO=4&transport=websocket"];
/** Time for the server to read the sent packets, in ms. It closes a client that breaks its protocol. */
const TAKEN_MS = 20_000;

const events = fc.constantFrom(
  "ListCalls",
  "ListCallEvents",
  "ListQueues",
  "ListQueueDay",
  "ListAbandoned",
  "Subscribe",
  "Nothing",
  "disconnect",
  "connect",
  "error",
  "newListener",
  "__proto__",
  "constructor",
  "toString",
  "",
);
const fields = fc.constantFrom("params", "limit", "cursor", "call_id", "minutes", "__proto__", "$where");
const data = fc.oneof(
  hostile,
  fc.tuple(fields, hostile).map(([name, value]) => `{"${name}":${value}}`),
  fc.tuple(fields, fields, hostile).map(([outer, inner, value]) => `{"${outer}":{"${inner}":${value}}}`),
);
const digits = fc.constantFrom(..."40 41 42 421 43 431 44 451- 461- 42/admin, 4 2 3 5 6 1 0 b".split(" "));
/** Frames of the plain protocol, packets of socket.io and engine.io, and malformed ones. */
const anyPacket: fc.Arbitrary<string | Buffer> = fc.oneof(
  fc.tuple(events, data).map(([event, value]) => `{"event":${JSON.stringify(event)},"data":${value}}`),
  fc.tuple(events, data).map(([event, value]) => `42[${JSON.stringify(event)},${value}]`),
  fc
    .tuple(fc.nat(9), events, data)
    .map(([ack, event, value]) => `42${ack}[${JSON.stringify(event)},${value}]`),
  fc.tuple(digits, data).map((parts) => parts.join("")),
  fc.string({ unit: "binary" }),
  hostile,
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
);

type Options = { count: number; seed: number; sockets?: number; token?: string };

/**
 * Sends this number of malformed and unusual packets, the same for the same seed, on this number of sockets
 * at once (half plain, half socket.io). Opens a new socket where the server closed one, and floods the server
 * with joins. Afterwards the server must serve every transport as before. Returns the numbers of sent packets
 * and of opened sockets.
 */
export async function fuzzPackets(url: string, { count, seed, sockets = 100, token }: Options) {
  let taken = 0;
  let opened = 0;
  const share = Math.ceil(count / sockets);
  const one = async (socket: number) => {
    for (let sent = 0; sent < share; sent += AT_A_TIME) {
      const numRuns = Math.min(AT_A_TIME, share - sent);
      const packets = fc.sample(anyPacket, { numRuns, seed: seed + socket * share + sent });
      for (let left = packets; left.length > 0; opened += 1) {
        const rest = await fling(url, PATHS[socket % 2]!, left, token);
        taken += left.length - rest.length;
        left = rest;
      }
    }
  };
  await Promise.all(Array.from({ length: sockets }, (_, socket) => one(socket)));
  const port = Number(new URL(url).port);
  for (let flood = 0; flood < FLOODS; flood += 1)
    await ask(port, { path: await openPolling(port), body: JOINS });
  for (const transport of TRANSPORTS) {
    const client = await connectClient(transport, url, token ? { token } : {});
    assert.equal((await client.ask("ListCalls", { limit: 1 })).status, "Ok", `${transport} is served`);
    client.close();
  }
  return { packets: taken, sockets: opened };
}

/** Sends packets until the server closes. Returns the unsent ones. At least one packet is sent. */
async function fling(url: string, path: string, packets: (string | Buffer)[], token?: string) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const webSocket = new WebSocket(`${url.replace("http", "ws")}${path}`, { headers });
  webSocket.on("error", () => {});
  const opened = new Promise((resolve) => webSocket.once("open", () => resolve(true)));
  const closed = new Promise((resolve) => webSocket.once("close", () => resolve(false)));
  if (!(await Promise.race([opened, closed]))) throw new Error("the server accepts no more connections");
  if (path.includes("socket.io")) webSocket.send(`40${token ? JSON.stringify({ token }) : ""}`);
  let sent = 0;
  while (sent < packets.length && webSocket.readyState === WebSocket.OPEN) {
    const packet = packets[sent++]!;
    await new Promise((resolve) => webSocket.send(packet, resolve));
  }
  await untilTaken(webSocket, closed);
  return packets.slice(sent);
}

/** Waits for a pong, which arrives when the server has read everything before it. */
async function untilTaken(webSocket: WebSocket, closed: Promise<unknown>): Promise<void> {
  const late = AbortSignal.timeout(TAKEN_MS);
  const silent = new Promise((_, reject) => {
    late.onabort = () => reject(new Error("the server has not read the sent packets"));
  });
  const pong = new Promise((resolve) => webSocket.once("pong", resolve));
  if (webSocket.readyState === WebSocket.OPEN) webSocket.ping();
  await Promise.race([pong, closed, silent]).finally(() => {
    late.onabort = null;
  });
  webSocket.terminate();
}
