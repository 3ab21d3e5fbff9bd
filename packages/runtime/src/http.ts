import { Unavailable } from "@teravoz/domain";
import Koa, { type Context, type Middleware, type Next } from "koa";
import Router from "koa-router";
import { isAccepted, presentedToken } from "./config/tokens.ts";
import { discard } from "./discard.ts";
import { errorBody, Problem } from "./errors.ts";
import type { Health } from "./health.ts";
import type { Log } from "./log.ts";
import type { Metrics } from "./metrics/metrics.ts";

export { readPathPart, readQuery } from "./config/query.ts";

type Operations = { health: Health; metrics: Metrics; metricsTokens: readonly string[] | null; log: Log };

/** Answers a request for a path that does not exist. Resolves to false if it should get the usual error. */
export type AnswerUnknown = (ctx: Context) => Promise<boolean>;

/**
 * Creates a Koa app with the routes of `router`, /livez, /readyz and /metrics. It answers every error in the same
 * shape.
 */
export function createApp(router: Router, operations: Operations, answerUnknown?: AnswerUnknown): Koa {
  addOperations(router, operations);
  const app = new Koa();
  app.on("error", (err) => logUndelivered(err, operations.log));
  app.use(answerErrors(operations.log));
  app.use(refuseOddPaths);
  app.use(router.routes());
  app.use(refuseOtherMethods(router, answerUnknown));
  return app;
}

/**
 * The error codes of a client that has closed its connection. That is not a fault of ours and may be frequent, and Koa
 * would print a stack for each.
 */
const GONE = new Set(["ECONNRESET", "EPIPE"]);

function logUndelivered(err: Error & { code?: string }, log: Log): void {
  if (GONE.has(err.code ?? ""))
    log.debug({ err }, "answer not delivered, the client has closed its connection");
  else log.error({ err }, "answer not delivered");
}

/** Creates a router whose routes match exactly: `/livez/` is not `/livez`. */
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

/** Refuses a request without one of the tokens before its body is read. */
export function requireToken(tokens: readonly string[] | null): Middleware {
  const headers = { "WWW-Authenticate": 'Bearer realm="teravoz", Basic realm="teravoz"' };
  return async (ctx: Context, next: Next) => {
    if (!isAccepted(presentedToken(ctx.req), tokens))
      throw new Problem(401, [{ path: "", message: "missing or wrong token" }], headers);
    await next();
  };
}

/**
 * Sets the headers of answers with personal data, including refusals: no cache stores them, and no browser guesses
 * another content type.
 */
export async function noStore(ctx: Context, next: Next): Promise<void> {
  ctx.set({ "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff" });
  await next();
}

/**
 * The value of Retry-After. It is long enough for a broker's election and short enough for a sender that gives up soon.
 */
const RETRY_AFTER_SECONDS = "2";

/** Creates a 503: the request cannot be served now, and the sender may send it again after two seconds. */
export const unavailable = (message: string) =>
  new Problem(503, [{ path: "", message }], { "Retry-After": RETRY_AFTER_SECONDS });

/** Answers 503 if a dependency is unavailable. For routes whose requests may be repeated. */
export async function answerUnavailable(_ctx: Context, next: Next): Promise<void> {
  try {
    await next();
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    throw unavailable("this cannot be done now: repeat the request later");
  }
}

/** Turns errors into answers. This is the only place that does. */
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
    endUnread(ctx);
  };
}

/**
 * Closes the connection of a request whose body was not read to its end, after the sender has had time to read the
 * answer. Node would read the unwanted body to its end, however long that is.
 */
function endUnread({ req, res }: Context): void {
  if (req.complete) return;
  const discarded = discard(req);
  res.once("finish", async () => {
    await discarded;
    if (!req.complete) req.socket.destroy();
  });
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

/** Answers a request that matches no route: 405 with Allow if the path has other methods, otherwise 404. */
function refuseOtherMethods(router: Router, answerUnknown: AnswerUnknown = async () => false): Middleware {
  return async (ctx: Context) => {
    const methods = router.stack.filter((layer) => layer.match(ctx.path)).flatMap((layer) => layer.methods);
    const allow = [...new Set(methods)].sort().join(", ");
    if (allow)
      throw new Problem(405, [{ path: "", message: `method must be one of ${allow}` }], { Allow: allow });
    if (!(await answerUnknown(ctx))) throw new Problem(404, [{ path: "", message: "no such path" }]);
  };
}
