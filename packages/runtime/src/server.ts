import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { errorBody } from "./errors.ts";
import { type Arrivals, createArrivals, endSilent } from "./metrics/arrivals.ts";

/**
 * The limits of a connection: headers must arrive within 10 s, a request within 15 s (a webhook is small), and headers
 * must fit into 16 KiB.
 */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 16 * 1024,
  keepAliveTimeout: 65_000,
  // Node's own answer to a request without Host has no body, so requireHost answers it
  requireHostHeader: false,
};

type OnAnswer = (status: number, request: IncomingMessage | null) => void;
type ServerOptions = { maxOpen?: number; onAnswer?: OnAnswer };

/**
 * Creates an HTTP server with limits that gives the answers of Node itself in our shape. `maxOpen` is the maximum
 * number of connections, and also of unanswered requests, however few connections send them. Connections beyond that
 * are closed. `onAnswer` is called with the status of every answer. Its request is null if the request could not be
 * parsed.
 */
export function createHttpServer(
  listener: RequestListener,
  { maxOpen = Number.POSITIVE_INFINITY, onAnswer = () => {} }: ServerOptions = {},
): Server {
  const arrivals = createArrivals();
  const isTakenUp = (request: IncomingMessage) => isWebSocket(request) && server.listenerCount("upgrade") > 0;
  const server: Server = createServer(
    { ...LIMITS, shouldUpgradeCallback: isTakenUp },
    watchOpen(noteRequests(arrivals, requireHost(listener)), maxOpen, onAnswer),
  );
  server.maxConnections = maxOpen;
  // a sender may close its side after its request (`nc -N`, shutdown(SHUT_WR)) and still gets its answer
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on("clientError", async (error, socket) => {
    if (isTimeout(error) && (await arrivals.isWhole(socket as Socket))) return;
    answerClientError(error, socket, onAnswer);
  });
  server.on("timeout", endSilent);
  server.on("connect", (request, socket) => {
    onAnswer(400, request);
    answerSocket(socket, 400, "CONNECT is not supported");
  });
  server.on("checkExpectation", (_request, response) => answer(response, 417, "Expect must be 100-continue"));
  return server;
}

/**
 * Returns whether a request offers an upgrade to WebSocket. Clients such as Java's HttpClient and `curl --http2` offer
 * other protocols (h2c) by default. Such an offer may be ignored (RFC 9110, 7.8), and the request is then answered
 * normally.
 */
const isWebSocket = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === "websocket";

const noteRequests =
  ({ note }: Arrivals, listener: RequestListener): RequestListener =>
  (request, response) => {
    note(request);
    listener(request, response);
  };

/** Refuses HTTP/1.1 requests without a Host header (RFC 9112, 3.2). */
const requireHost =
  (listener: RequestListener) => (request: IncomingMessage, response: ServerResponse<IncomingMessage>) => {
    if (request.headers.host !== undefined || request.httpVersion !== "1.1") listener(request, response);
    else answer(response, 400, "the Host header is missing");
  };

/**
 * Limits the number of unanswered requests and reports answers. Node reads further requests of a connection without
 * waiting for answers, and each request takes about 12 KB.
 */
function watchOpen(listener: RequestListener, maxOpen: number, onAnswer: OnAnswer): RequestListener {
  let open = 0;
  return (request, response) => {
    if (open >= maxOpen) return void request.socket.destroy();
    open++;
    // "close" is also emitted if the response waits behind others and its connection ends (it was not in Node 20)
    response.once("close", () => {
      open--;
      if (response.headersSent) onAnswer(response.statusCode, request);
    });
    listener(request, response);
  };
}

/** The answers to errors of Node's parser. Any other error means a malformed request. */
const CLIENT_ERRORS: Record<string, [number, string]> = {
  HPE_HEADER_OVERFLOW: [431, "headers are larger than 16 KiB"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "the request took too long to arrive"],
};

const isTimeout = ({ code }: Error & { code?: string }): boolean => code === "ERR_HTTP_REQUEST_TIMEOUT";

function answerClientError({ code }: Error & { code?: string }, socket: Duplex, onAnswer: OnAnswer): void {
  const [status, message] = CLIENT_ERRORS[code ?? ""] ?? ([400, "not an HTTP request"] as const);
  if (socket.writable) onAnswer(status, null);
  answerSocket(socket, status, message);
}

const bodyOf = (message: string) => JSON.stringify(errorBody([{ path: "", message }]));
const headersOf = (body: string) => ({
  "Content-Type": "application/json; charset=utf-8",
  "Content-Length": Buffer.byteLength(body),
  Connection: "close",
});

function answer(response: ServerResponse, status: number, message: string): void {
  const body = bodyOf(message);
  response.writeHead(status, headersOf(body)).end(body);
}

/** The time that a refused client has to read its answer before its connection is closed. */
const LINGER_MS = 1_000;

/**
 * Answers on a connection whose further bytes cannot be parsed, and closes it. Bytes that still arrive are left unread.
 * The connection is not reset at once, because a reset would destroy the answer. Each chunk causes another parser
 * error, of which only the first is answered.
 */
function answerSocket(socket: Duplex, status: number, message: string): void {
  if (!socket.writable) return;
  const body = bodyOf(message);
  const headers = Object.entries(headersOf(body)).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers.join("")}\r\n${body}`);
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

/** Resolves with the port once the server listens. Rejects if it cannot listen (for example if the port is in use). */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port, backlog: 4_096 }, () => {
      server.off("error", reject);
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}

const IDLE_CHECK_MS = 50;
/**
 * The time limit for open requests during a stop. It is longer than any answer takes. It is necessary because a closed
 * server applies none of its timeouts, so that a silent connection or half a request would block the stop.
 */
export const LAST_ANSWER_MS = 6_000;

/**
 * Accepts no new connections and lets open requests be answered. Each answer from now on closes its connection, so that
 * no client sends its next request on a closing one. After `lastAnswerMs` all connections are closed.
 */
export function closeServer(server: Server, lastAnswerMs = LAST_ANSWER_MS): Promise<void> {
  server.prependListener("request", (_request, response) => response.setHeader("Connection", "close"));
  const sweeper = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  const end = setTimeout(() => server.closeAllConnections(), lastAnswerMs);
  return new Promise<void>((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
  }).finally(() => {
    clearInterval(sweeper);
    clearTimeout(end);
  });
}
