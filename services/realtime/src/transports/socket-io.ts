import type { Server as HttpServer, IncomingMessage } from "node:http";
import { Server, type Socket } from "socket.io";
import type { Send } from "../commands/connection.ts";
import type { Message } from "../commands/messages.ts";
import type { Request } from "../commands/protocol.ts";
import type { Gateway } from "../gateway.ts";
import { type Doors, isBetterElsewhere, isOriginAllowed, isTokenAccepted } from "./admission.ts";
import { isSocketIo, MAX_MESSAGE_BYTES, PING_MS } from "./limits.ts";
import { NOT_READY, refuse } from "./plain-websocket.ts";

/**
 * The time for a connection to join. Clients join in their first packet; a connection that never joins only takes
 * memory.
 */
const JOIN_TIMEOUT_MS = 10_000;

/**
 * The maximum number of joins per connection. A client joins once, and again after it left; each join is a separate
 * socket that is notified of changes.
 */
const MAX_JOINS = 10;

/**
 * Serves socket.io on its default path, by WebSocket and by polling. A command is a named event with its `data` as the
 * argument. If the client passes an acknowledgement, it is called with the envelope, and no message is sent. Connection
 * state recovery stays off: a client that reconnects subscribes again. Clients of socket.io 2, 3 and 4 connect; those
 * of version 2 send their token in the query, because they have no `auth`.
 */
export function serveSocketIo(server: HttpServer, gateway: Gateway, admission: Doors): { stop(): void } {
  const io = new Server(server, {
    serveClient: false,
    // ws serves the upgrades of all other paths
    destroyUpgrade: false,
    // a board that lost its connection shows it after 20 s at most; socket.io's client counts only pings, so it
    // disconnects while an answer takes longer than that on a slow line, and the server cannot prevent this
    pingInterval: PING_MS,
    pingTimeout: PING_MS,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    connectTimeout: JOIN_TIMEOUT_MS,
    // compressing each push for each socket costs more memory and time than the saved bytes
    perMessageDeflate: false,
    httpCompression: false,
    // clients of version 2 speak engine.io's protocol 3
    allowEIO3: true,
    // called for each handshake, not for later requests
    allowRequest: async (request, decide) => {
      // engine.io would answer 400, which makes no balancer try another instance
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
  return mayCome() ? null : "too many clients connect at once, try again";
};

/** Returns the origin whose page may read the answers of a poll: that of the request, if it may connect. */
const crossOriginOf = (request: Pick<IncomingMessage, "headers">, admission: Doors): string | false =>
  isOriginAllowed(request, admission) ? (request.headers.origin ?? false) : false;

/**
 * Ends the connection of a client that goes away during a poll. Otherwise the server would keep its side open for the
 * answer, and the client would count as connected until its next ping.
 */
function endWithClient({ method, url, socket }: IncomingMessage): void {
  if (method === "GET" && isSocketIo(url) && socket.listenerCount("end", endHere) === 0)
    socket.once("end", endHere);
}

function endHere(this: Socket["request"]["socket"]): void {
  this.end();
}

/** The type of socket.io's packet that joins a namespace. */
const CONNECT = "0";

/**
 * Limits the joins of a connection. A join takes effect after its packet is read; until then socket.io treats each
 * further one as the first.
 */
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
  // replaces socket.io's own acknowledgement, which would encode the body again and lose its digits and duplicate keys
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
 * The WebSocket beneath an engine.io transport, which can be ended at once. engine.io's own close waits up to 30 s for
 * unsent data and for the peer's close. Polling has no socket.
 */
type Beneath = { socket?: { terminate(): void } };

function requestOf(event: unknown, data: unknown): Request | null {
  return typeof event === "string" && !Buffer.isBuffer(data) ? { event, data } : null;
}

/**
 * The text of each message as an EVENT packet (default namespace), created once for all sockets. It is the same in all
 * protocols of socket.io.
 */
const packets = new WeakMap<Message, string>();

function packetOf(message: Message): string {
  const packet = packets.get(message) ?? `2[${JSON.stringify(message.event)},${message.body}]`;
  packets.set(message, packet);
  return packet;
}
