import { strict as assert } from "node:assert";
import fc from "fast-check";
import WebSocket from "ws";
import { JOINS, openPolling } from "../polling.ts";
import { ask } from "../raw-http.ts";
import { connectClient, TRANSPORTS } from "../socket-clients.ts";
import { hostile } from "./bodies.ts";

const AT_A_TIME = 50;
/** Payloads of polling, each full of packets that join: a few show whether they cost more than themselves. */
const FLOODS = 5;
const PATHS = ["/any", "/socket.io/?EIO=4&transport=websocket"];
/** The server closes whoever breaks its protocol; it has this long to take what was sent before. */
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
/** Frames of the plain protocol, packets of socket.io and engine.io, and what is neither. */
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
 * Sends so many packets that are strange in all ways, the same for the same seed, on so many sockets at once (half plain, half
 * socket.io), a new one wherever the server closed one, and floods it with joins. Afterwards it serves every transport as
 * before. Answers how many packets were sent and how many sockets that took.
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

/** Sends until the server closes: answers what it was too late for, one packet at least being taken. */
async function fling(url: string, path: string, packets: (string | Buffer)[], token?: string) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const webSocket = new WebSocket(`${url.replace("http", "ws")}${path}`, { headers });
  webSocket.on("error", () => {});
  const opened = new Promise((resolve) => webSocket.once("open", () => resolve(true)));
  const closed = new Promise((resolve) => webSocket.once("close", () => resolve(false)));
  if (!(await Promise.race([opened, closed]))) throw new Error("the server takes no connection any more");
  if (path.includes("socket.io")) webSocket.send(`40${token ? JSON.stringify({ token }) : ""}`);
  let sent = 0;
  while (sent < packets.length && webSocket.readyState === WebSocket.OPEN) {
    const packet = packets[sent++]!;
    await new Promise((resolve) => webSocket.send(packet, resolve));
  }
  await untilTaken(webSocket, closed);
  return packets.slice(sent);
}

/** A pong comes when all before it was read. */
async function untilTaken(webSocket: WebSocket, closed: Promise<unknown>): Promise<void> {
  const late = AbortSignal.timeout(TAKEN_MS);
  const silent = new Promise((_, reject) => {
    late.onabort = () => reject(new Error("the server has not read what was sent"));
  });
  const pong = new Promise((resolve) => webSocket.once("pong", resolve));
  if (webSocket.readyState === WebSocket.OPEN) webSocket.ping();
  await Promise.race([pong, closed, silent]).finally(() => {
    late.onabort = null;
  });
  webSocket.terminate();
}
