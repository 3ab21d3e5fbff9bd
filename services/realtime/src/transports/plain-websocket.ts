import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { errorBody } from "@teravoz/runtime";
import { type RawData, type WebSocket, WebSocketServer } from "ws";
import { STALL_MS } from "../commands/connection.ts";
import type { Message } from "../commands/messages.ts";
import { parseFrame } from "../commands/protocol.ts";
import type { Clock } from "../commands/throttle.ts";
import type { Gateway } from "../gateway.ts";
import { type Doors, isBetterElsewhere, isTokenAccepted } from "./admission.ts";
import { isSocketIo, MAX_MESSAGE_BYTES, PING_MS } from "./limits.ts";

/** Serves upgrades on every path except socket.io's: text frames `{"event","data"}` in, envelopes out. */
export function servePlainWebSocket(
  server: Server,
  gateway: Gateway,
  admission: Doors,
  clock: Clock,
): { stop(): void } {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
  });
  const lives = new WeakMap<WebSocket, Life>();
  server.on("upgrade", async (request, socket, head) => {
    if (isSocketIo(request.url)) return;
    // a peer may disconnect in the middle of the handshake
    socket.on("error", () => socket.destroy());
    const refusal = (await isBetterElsewhere(request, admission)) ? NOT_READY : refusalOf(request, admission);
    if (refusal) return refuse(socket, refusal);
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const unsent = () => unsentOf(socket);
      const life = { seenAt: clock.now(), left: 0, unsent };
      lives.set(webSocket, life);
      webSocket.on("pong", () => note(life, clock.now()));
      serve(webSocket, gateway, unsent);
    });
  });
  let cancelPings = clock.after(PING_MS, function pingAll() {
    for (const webSocket of sockets.clients) {
      if (isGone(lives.get(webSocket)!, clock.now())) webSocket.terminate();
      else webSocket.ping();
    }
    cancelPings = clock.after(PING_MS, pingAll);
  });
  return {
    stop() {
      cancelPings();
      sockets.close();
    },
  };
}

/**
 * The last sign of life of a client: when it answered a ping or took something, and how many bytes were unsent then.
 */
type Life = { seenAt: number; left: number; unsent: () => number };

function note(life: Life, now: number): void {
  life.seenAt = now;
  life.left = life.unsent();
}

/**
 * Returns whether the client has shown no sign of life for STALL_MS. A ping waits behind earlier data, in our queue and
 * in the operating system's, and a slow line may take a while for either.
 */
function isGone(life: Life, now: number): boolean {
  if (life.unsent() !== life.left) note(life, now);
  return now - life.seenAt > STALL_MS;
}

/**
 * Returns the bytes that the operating system has not taken yet. Node reports a write only when all of it is taken, and
 * counts it as written when it begins. Only the handle knows how much is left; Node's own timers read it for the same
 * reason (`net.js`, `_onTimeout`).
 */
const unsentOf = (socket: Duplex & { _handle?: { writeQueueSize?: number } | null }): number =>
  socket._handle?.writeQueueSize ?? 0;

function serve(webSocket: WebSocket, gateway: Gateway, unsent: () => number): void {
  // ws closes the connection itself (1009 for a frame that is too large, 1007 for text that is not UTF-8)
  webSocket.on("error", () => {});
  const connection = gateway.connect(
    {
      send: (message, taken) => webSocket.send(frameOf(message), { binary: false }, () => taken()),
      end: () => webSocket.terminate(),
      unsent,
    },
    "websocket",
  );
  webSocket.on("message", (data: RawData, isBinary: boolean) => {
    gateway.receive(connection, isBinary ? null : parseFrame(data.toString()));
  });
  webSocket.on("close", () => gateway.disconnect(connection));
}

/** The encoded messages, one buffer for all sockets. A buffer is freed with its message. */
const frames = new WeakMap<Message, Buffer>();

function frameOf(message: Message): Buffer {
  const frame = frames.get(message) ?? Buffer.from(message.body);
  frames.set(message, frame);
  return frame;
}

type Refusal = { status: string; headers: string; reason: string };

export const NOT_READY: Refusal = {
  status: "503 Service Unavailable",
  headers: "Retry-After: 1\r\n",
  reason: "this instance is not ready",
};

function refusalOf(request: IncomingMessage, admission: Doors): Refusal | null {
  if (!admission.admits(request))
    return { status: "403 Forbidden", headers: "", reason: "this origin may not connect" };
  if (!isTokenAccepted(request, admission)) {
    const headers = 'WWW-Authenticate: Bearer realm="teravoz", Basic realm="teravoz"\r\n';
    return { status: "401 Unauthorized", headers, reason: "missing or wrong token" };
  }
  if (admission.mayCome()) return null;
  const headers = "Retry-After: 1\r\n";
  return {
    status: "503 Service Unavailable",
    headers,
    reason: "too many clients connect at once, try again",
  };
}

/** The time for a refused client to read the reason. A longer wait would hold the connection for nothing. */
const LINGER_MS = 1_000;

/**
 * Answers with a refusal and closes the socket. Node does not close an upgraded socket, and its peer may keep its own
 * half open for ever.
 */
export function refuse(socket: Duplex, { status, headers, reason }: Refusal): void {
  const body = JSON.stringify(errorBody([{ path: "", message: reason }]));
  socket.end(
    `HTTP/1.1 ${status}\r\n${headers}Content-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}
