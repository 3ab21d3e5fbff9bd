import { createServer, type RequestListener, type Server } from "node:http";
import type { Socket } from "node:net";
import Koa, { type Context, type Middleware, type Next } from "koa";
import Router from "koa-router";
import { errorBody, Problem } from "./errors.ts";
import type { Health } from "./health.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics.ts";
import { isAccepted, presentedToken } from "./tokens.ts";

type Operations = { health: Health; metrics: Metrics; metricsTokens: readonly string[] | null; log: Log };

/** A Koa app that answers every error in one shape, has /livez, /readyz and /metrics, and the routes of `router`. */
export function createApp(router: Router, operations: Operations): Koa {
  addOperations(router, operations);
  const app = new Koa();
  app.use(answerErrors(operations.log));
  app.use(refuseOddPaths);
  app.use(router.routes());
  app.use(refuseOtherMethods(router));
  return app;
}

/** Routes match to the letter: `/webhook/` is not `/webhook`. */
export const createRouter = () => new Router({ strict: true, sensitive: true });

function addOperations(router: Router, { health, metrics, metricsTokens }: Operations): void {
  router.get("/livez", (ctx) => {
    ctx.body = { status: "ok" };
  });
  router.get("/readyz", async (ctx) => {
    const report = await health.report();
    ctx.status = report.status === "ok" ? 200 : 503;
    ctx.body = report;
  });
  router.get("/metrics", requireToken(metricsTokens), async (ctx) => {
    ctx.body = await metrics.registry.metrics();
    ctx.type = metrics.registry.contentType;
  });
}

/** Refuses a request without one of the tokens, before anything of its body is read. */
export function requireToken(tokens: readonly string[] | null): Middleware {
  const headers = { "WWW-Authenticate": 'Bearer realm="teravoz", Basic realm="teravoz"' };
  return async (ctx: Context, next: Next) => {
    if (!isAccepted(presentedToken(ctx.req), tokens))
      throw new Problem(401, [{ path: "", message: "missing or wrong token" }], headers);
    await next();
  };
}

/** The one place where an error becomes an answer. */
export function answerErrors(log: Log): Middleware {
  return async (ctx: Context, next: Next) => {
    try {
      await next();
    } catch (error) {
      const problem = error instanceof Problem ? error : unexpected(error, log);
      ctx.status = problem.status;
      ctx.set(problem.headers);
      ctx.body = errorBody(problem.errors);
    }
  };
}

function unexpected(err: unknown, log: Log): Problem {
  log.error({ err }, "request failed");
  return new Problem(500, [{ path: "", message: "internal error" }]);
}

async function refuseOddPaths(ctx: Context, next: Next): Promise<void> {
  try {
    decodeURIComponent(ctx.path);
  } catch {
    throw new Problem(400, [{ path: "", message: "the path cannot be decoded" }]);
  }
  await next();
}

/** What no route took: 405 with Allow where the path has other methods, else 404. */
function refuseOtherMethods(router: Router): Middleware {
  return (ctx: Context) => {
    const methods = router.stack.filter((layer) => layer.match(ctx.path)).flatMap((layer) => layer.methods);
    const allow = [...new Set(methods)].sort().join(", ");
    if (allow)
      throw new Problem(405, [{ path: "", message: `method must be one of ${allow}` }], { Allow: allow });
    throw new Problem(404, [{ path: "", message: "no such path" }]);
  };
}

/** Headers arrive within 10 s, a request within 15 s (a webhook is small), headers fit 16 KiB. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 16 * 1024,
  keepAliveTimeout: 65_000,
};

/** An HTTP server with limits that answers Node's own errors in our shape. */
export function createHttpServer(listener: RequestListener): Server {
  const server = createServer(LIMITS, listener);
  server.on("clientError", answerClientError);
  return server;
}

/** Node's parser errors and the answer to each; anything else is a malformed request. */
const CLIENT_ERRORS: Record<string, [number, string, string]> = {
  HPE_HEADER_OVERFLOW: [431, "Request Header Fields Too Large", "headers are larger than 16 KiB"],
  ERR_HTTP_REQUEST_TIMEOUT: [408, "Request Timeout", "the request took too long to arrive"],
};

function answerClientError(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable) return void socket.destroy();
  const [status, phrase, message] = CLIENT_ERRORS[error.code ?? ""] ?? [
    400,
    "Bad Request",
    "not an HTTP request",
  ];
  const body = JSON.stringify(errorBody([{ path: "", message }]));
  socket.end(
    `HTTP/1.1 ${status} ${phrase}\r\nContent-Type: application/json; charset=utf-8\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
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

/**
 * Takes no new connection and lets what was asked be answered; each answer from now on closes its connection, so that
 * no client sends its next request into a closing one.
 */
export function closeServer(server: Server): Promise<void> {
  server.prependListener("request", (_request, response) => response.setHeader("Connection", "close"));
  const sweeper = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  return new Promise<void>((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
  }).finally(() => clearInterval(sweeper));
}
