import type { Server as HttpServer, IncomingMessage } from "node:http";
import { Server, type Socket } from "socket.io";
import type { Send } from "../connection.ts";
import type { Gateway } from "../gateway.ts";
import type { Message } from "../messages.ts";
import type { Request } from "../protocol.ts";
import { type Doors, isBetterElsewhere, isOriginAllowed, isTokenAccepted } from "./admission.ts";
import { isSocketIo, MAX_MESSAGE_BYTES, PING_MS } from "./limits.ts";
import { NOT_READY, refuse } from "./plain-websocket.ts";

/** A connection that does not join within this time only costs: clients join in their first packet. */
const JOIN_TIMEOUT_MS = 10_000;

/** A client joins once, and again where it left; each join is a socket of its own that is notified of changes. */
const MAX_JOINS = 10;

/**
 * Serves socket.io on its default path, by WebSocket and by polling. A command is a named event with its `data` as the
 * argument; an acknowledgement, when given, gets the envelope in place of a message. Connection state recovery
 * stays off: a client that comes back subscribes again. Clients of socket.io 2, 3 and 4 connect; those of version 2 present their
 * token in the query, for they have no `auth`.
 */
export function serveSocketIo(server: HttpServer, gateway: Gateway, admission: Doors): { stop(): void } {
  const io = new Server(server, {
    serveClient: false,
    // ws serves the upgrades of all other paths
    destroyUpgrade: false,
    // a board that lost its connection is wrong for 20 s at most before it says so; socket.io's client counts pings only, so
    // an answer that takes its line longer ends there, whatever we do
    pingInterval: PING_MS,
    pingTimeout: PING_MS,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    connectTimeout: JOIN_TIMEOUT_MS,
    // compressing each push for each socket costs more memory and time than the bytes it saves
    perMessageDeflate: false,
    httpCompression: false,
    // clients of version 2 speak engine.io's protocol 3
    allowEIO3: true,
    // asked for each handshake, not for what comes after it
    allowRequest: async (request, decide) => {
      // engine.io's own answer is 400, which no balancer takes for a reason to ask another instance
      if (await isBetterElsewhere(request, admission)) return refuse(request.socket, NOT_READY);
      const refusal = refusalOf(request, admission);
      decide(refusal, refusal === null);
    },
    // clients of version 2 poll with credentials
    cors: (request, give) => give(null, { origin: crossOriginOf(request, admission), credentials: true }),
  });
  io.engine.on("connection", limitJoins);
  server.on("request", endWithClient);
  io.use((socket, next) => {
    if (isTokenAccepted(socket.request, admission, socket.handshake.auth.token)) return next();
    next(Object.assign(new Error("missing or wrong token"), { data: { status: 401 } }));
  });
  io.on("connection", (socket) => serve(socket, gateway));
  return {
    stop() {
      io.disconnectSockets(true);
      io.engine.close();
    },
  };
}

const refusalOf = (request: IncomingMessage, { admits, mayCome }: Doors): string | null => {
  if (!admits(request)) return "this origin may not connect";
  return mayCome() ? null : "too many come at once, try again";
};

/** The origin to whose page a browser may hand the answers of a poll: that of the request, if it may connect. */
const crossOriginOf = (request: Pick<IncomingMessage, "headers">, admission: Doors): string | false =>
  isOriginAllowed(request, admission) ? (request.headers.origin ?? false) : false;

/**
 * A client that goes away ends its side of a poll that hangs. The server would keep the other side open for the answer, and the
 * client would count as connected until its next ping.
 */
function endWithClient({ method, url, socket }: IncomingMessage): void {
  if (method === "GET" && isSocketIo(url) && socket.listenerCount("end", endHere) === 0)
    socket.once("end", endHere);
}

function endHere(this: Socket["request"]["socket"]): void {
  this.end();
}

/** The type of socket.io's packet that joins, of its first namespace or another. */
const CONNECT = "0";

/** A join takes effect later than the packet is read: until then socket.io takes each further one for the first. */
function limitJoins(conn: Socket["conn"]): void {
  let joins = 0;
  conn.on("data", (packet: unknown) => {
    if (typeof packet !== "string" || !packet.startsWith(CONNECT)) return;
    joins += 1;
    if (joins > MAX_JOINS) conn.close(true);
  });
}

function serve(socket: Socket, gateway: Gateway): void {
  const write = (packet: string, taken: () => void) =>
    void socket.conn.write(packet, { compress: false }, () => taken());
  const send: Send = (message, taken) => write(packetOf(message), taken);
  // in place of socket.io's own, which would encode the body anew, without the digits and the doubled keys it came with
  const ack =
    (id: number): Send =>
    (message, taken) =>
      write(`3${id}[${message.body}]`, taken);
  Object.assign(socket, { ack });
  const end = () => {
    const { conn } = socket;
    conn.close(true);
    (conn.transport as typeof conn.transport & Beneath).socket?.terminate();
  };
  const connection = gateway.connect({ send, end }, "socket.io");
  socket.onAny((event: unknown, ...args: unknown[]) => {
    const last = args.at(-1);
    const acknowledge = typeof last === "function" ? (last as Send) : null;
    const [data] = acknowledge ? args.slice(0, -1) : args;
    gateway.receive(connection, requestOf(event, data), acknowledge ?? send);
  });
  socket.on("disconnect", () => gateway.disconnect(connection));
}

/**
 * What engine.io calls a close waits for what is unsent, and for the peer's own close, 30 s long. The WebSocket beneath can be
 * ended at once; polling has none.
 */
type Beneath = { socket?: { terminate(): void } };

function requestOf(event: unknown, data: unknown): Request | null {
  return typeof event === "string" && !Buffer.isBuffer(data) ? { event, data } : null;
}

/** The text of an EVENT packet, the same in all protocols of socket.io (default namespace), made once for all sockets that get it. */
const packets = new WeakMap<Message, string>();

function packetOf(message: Message): string {
  const packet = packets.get(message) ?? `2[${JSON.stringify(message.event)},${message.body}]`;
  packets.set(message, packet);
  return packet;
}
