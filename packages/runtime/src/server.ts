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
import { type Arrivals, createArrivals, endSilent } from "./arrivals.ts";
import { errorBody } from "./errors.ts";

/** Headers arrive within 10 s, a request within 15 s (a webhook is small), headers fit 16 KiB. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 16 * 1024,
  keepAliveTimeout: 65_000,
  // Node's own answer to a request without Host has no body: ours comes from requireHost
  requireHostHeader: false,
};

type OnAnswer = (status: number, request: IncomingMessage | null) => void;
type ServerOptions = { maxOpen?: number; onAnswer?: OnAnswer };

/**
 * An HTTP server with limits that answers in our shape where Node would answer by itself. `maxOpen`: so many connections, and so
 * many requests that are not answered yet, however few connections bring them; what is beyond is cut off. `onAnswer` hears of every
 * answer's status; the request is null where there was none that could be understood.
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
  // a sender may end its own side once its request is sent (`nc -N`, shutdown(SHUT_WR)): its answer still goes out on the other
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on("clientError", async (error, socket) => {
    if (isTimeout(error) && (await arrivals.isWhole(socket as Socket))) return;
    answerClientError(error, socket, onAnswer);
  });
  server.on("timeout", endSilent);
  server.on("connect", (request, socket) => {
    onAnswer(400, request);
    answerSocket(socket, 400, "CONNECT is not for this server");
  });
  server.on("checkExpectation", (_request, response) =>
    answer(response, 417, "an Expect other than 100-continue cannot be met"),
  );
  return server;
}

/**
 * Clients offer other protocols by habit (h2c: Java's HttpClient, `curl --http2`). An offer may be ignored (RFC 9110, 7.8), and then
 * the request is answered as any other.
 */
const isWebSocket = ({ headers }: IncomingMessage): boolean => headers.upgrade?.toLowerCase() === "websocket";

const noteRequests =
  ({ note }: Arrivals, listener: RequestListener): RequestListener =>
  (request, response) => {
    note(request);
    listener(request, response);
  };

/** RFC 9112, 3.2: an HTTP/1.1 request must say its Host. */
const requireHost =
  (listener: RequestListener) => (request: IncomingMessage, response: ServerResponse<IncomingMessage>) => {
    if (request.headers.host !== undefined || request.httpVersion !== "1.1") listener(request, response);
    else answer(response, 400, "the Host header is missing");
  };

/** Node takes request after request from a connection without waiting for answers: each holds some 12 KB. */
function watchOpen(listener: RequestListener, maxOpen: number, onAnswer: OnAnswer): RequestListener {
  let open = 0;
  return (request, response) => {
    if (open >= maxOpen) return void request.socket.destroy();
    open++;
    // closes also where it waits behind others and its connection ends (Node 20 forgot it then)
    response.once("close", () => {
      open--;
      if (response.headersSent) onAnswer(response.statusCode, request);
    });
    listener(request, response);
  };
}

/** Node's parser errors and the answer to each; anything else is a malformed request. */
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

/** So long a refused client may take to read its answer: past it the connection would be held for nothing. */
const LINGER_MS = 1_000;

/**
 * For a connection on which nothing more can be understood. What still comes is left unread and not reset at once: a reset
 * would take the answer with it. Each piece of it is a parser error of its own: only the first is answered.
 */
function answerSocket(socket: Duplex, status: number, message: string): void {
  if (!socket.writable) return;
  const body = bodyOf(message);
  const headers = Object.entries(headersOf(body)).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${headers.join("")}\r\n${body}`);
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

/** Resolves with the port once the server listens; rejects where it cannot (a taken port). */
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
/** Longer than any answer takes. A closed server applies none of its timeouts: silence, or half a request, would hold up the stop. */
export const LAST_ANSWER_MS = 6_000;

/**
 * Accepts no new connection and lets open requests be answered; each answer from now on closes its connection, so that
 * no client sends its next request into a closing one. After `lastAnswerMs` all connections are cut.
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
