import { parseWebhook } from "@teravoz/domain";
import type { ROUTES, RouteName } from "../../src/routes.ts";
import { callEvents } from "./calls.ts";
import { deadLetter, deadLetterText, stats } from "./reports.ts";

/** The path of a request with its parameters, and the bodies of its answers by status. */
type Example<N extends RouteName> = {
  path: string;
  body?: object;
  answers: { [Status in keyof (typeof ROUTES)[N]["answers"]]?: unknown };
};

const ok = (data: unknown) => ({ status: "ok", data });
const problem = (message: string, path = "") => ({ status: "error", errors: [{ path, message }] });

/** The answer of the webhook to a body that it refuses. */
function refusalOf(body: string) {
  const parsed = parseWebhook(Buffer.from(body), new Date());
  if (parsed.outcome === "accepted") throw new Error("an example body was accepted");
  return { status: "error", errors: parsed.faults };
}

const noToken = problem("missing or wrong token");
const stray = problem("is not a parameter here", "/verbose");
const away = problem("this cannot be done now: repeat the request later");

const receipt = {
  requested_at: "2026-11-25T10:50:00.000Z",
  clean_at: "2026-11-25T10:50:00.900Z",
  log_clean_by: "2026-12-11T10:50:00.000Z",
};
const asked = { ...receipt, clean_at: null, log_clean_by: null };
const found = { calls: 3, agents: 0 };

const running = { state: "running", done: 120_000, total: 480_000 };
const previewed = {
  state: "done",
  finished_at: "2026-11-25T10:49:00.000Z",
  result: {
    calls: 3,
    all: 60_000,
    share: 0.00005,
    events: 21,
    first_at: "2026-10-02T14:00:00.000Z",
    last_at: "2026-11-25T10:42:31.000Z",
    dead_letters: 0,
    is_ours: false,
    confirm: null,
    confirm_possible: null,
    possible: [{ kind: "call", key: "1463660000.29001" }],
    possible_total: 1,
  },
};

const noErasure = problem("no erasure of this was requested in the last 90 days");
const noPreview = problem("no preview of this was requested in the last hour");
const busy = problem("another preview is running: try again later");
const unconfirmed = {
  ...problem(
    "it would erase 240 calls, more than 100: nothing was erased. To erase all of them, repeat the request with ?confirm=240",
    "/confirm",
  ),
  calls: 240,
};
const noKey = problem("an id must have 1 to 128 characters and no control characters");
const noNumber = problem("a number must have 8 to 15 digits, in any spelling");

const erasureOf = (path: string, receipts: { asked: object; done: object }, wrong: object) => {
  const refusals = { 400: stray, 401: noToken, 503: away };
  return {
    erase: { path, answers: { 202: ok(receipts.asked), ...refusals, 400: wrong } },
    receipt: { path: `${path}/erasure`, answers: { 200: ok(receipts.done), ...refusals, 404: noErasure } },
    startPreview: {
      path: `${path}/erasure/preview`,
      answers: { 202: ok({ ...running, done: 0, total: 0 }), ...refusals, 409: busy },
    },
    preview: {
      path: `${path}/erasure/preview`,
      answers: { 200: ok(previewed), ...refusals, 404: noPreview },
    },
  };
};

const call = erasureOf("/calls/1463669263.30033", { asked, done: receipt }, noKey);
const personal = { asked: { ...asked, ...found, clean: 0 }, done: { ...receipt, ...found, clean: 3 } };
const number = erasureOf("/numbers/(11)%2099999-8888", personal, noNumber);
const agent = erasureOf("/agents/ana@example.com", personal, noKey);

const health = {
  status: "ok",
  checks: { kafka: { ok: true }, registry: { ok: false, reason: "does not answer", tolerated: true } },
};
const unready = { status: "unavailable", checks: { mongodb: { ok: false, reason: "does not answer" } } };

const deadLetterPath = `/dead-letters/${deadLetter.id}`;
const noDeadLetter = problem("no such dead letter");
const otherOrigin = problem("pages of another origin may not redrive");

const { event, uuid, aggregate_id } = callEvents[0]!;

const noPage = { answers: { 404: problem("the page is not built: run `vite build` in services/board") } };

export const ROUTE_EXAMPLES: { [N in RouteName]: Example<N> } = {
  "POST /webhook": {
    path: "/webhook",
    body: event,
    answers: {
      200: ok({ uuid, aggregate_id, event }),
      400: refusalOf("[]"),
      401: noToken,
      413: problem("the body is larger than 65536 bytes"),
      415: problem("Content-Type must be application/json"),
      422: refusalOf('{"type":"call.new"}'),
      503: problem("it is unknown whether the event is stored: send it again"),
    },
  },
  "GET /webhook": {
    path: "/webhook",
    answers: { 200: ok({ accepts: "POST with Content-Type: application/json" }) },
  },
  "OPTIONS /webhook": { path: "/webhook", answers: {} },
  "GET /livez": { path: "/livez", answers: { 200: { status: "ok" } } },
  "GET /readyz": { path: "/readyz", answers: { 200: health, 503: unready } },
  "GET /metrics": { path: "/metrics", answers: { 401: noToken } },
  "DELETE /calls/:id": call.erase,
  "GET /calls/:id/erasure": call.receipt,
  "POST /calls/:id/erasure/preview": call.startPreview,
  "GET /calls/:id/erasure/preview": call.preview,
  "DELETE /numbers/:id": { ...number.erase, answers: { ...number.erase.answers, 409: unconfirmed } },
  "GET /numbers/:id/erasure": number.receipt,
  "POST /numbers/:id/erasure/preview": number.startPreview,
  "GET /numbers/:id/erasure/preview": number.preview,
  "DELETE /agents/:id": { ...agent.erase, answers: { ...agent.erase.answers, 409: unconfirmed } },
  "GET /agents/:id/erasure": agent.receipt,
  "POST /agents/:id/erasure/preview": agent.startPreview,
  "GET /agents/:id/erasure/preview": agent.preview,
  "GET /dead-letters": {
    path: "/dead-letters?status=waiting&limit=1",
    answers: {
      200: { ...ok([deadLetter]), next: "MTc2NDA2NzIwMDEzMA" },
      400: problem("must be from 1 to 1000", "/limit"),
      401: noToken,
      503: away,
    },
  },
  "GET /dead-letters/:id": {
    path: deadLetterPath,
    answers: {
      200: ok(deadLetterText),
      400: stray,
      401: noToken,
      403: otherOrigin,
      404: noDeadLetter,
      503: away,
    },
  },
  "POST /dead-letters/:id/redrive": {
    path: `${deadLetterPath}/redrive`,
    answers: {
      200: ok(deadLetter),
      400: problem("must be true or false", "/dry_run"),
      401: noToken,
      403: otherOrigin,
      404: noDeadLetter,
      409: problem("the dead letter was dropped, and its body is deleted"),
      422: refusalOf(deadLetterText.body!),
      503: away,
    },
  },
  "DELETE /dead-letters/:id": {
    path: deadLetterPath,
    answers: {
      200: ok({ ...deadLetter, status: "dropped" }),
      400: stray,
      401: noToken,
      404: noDeadLetter,
      503: away,
    },
  },
  "GET /stats": {
    path: "/stats?minutes=30",
    answers: {
      200: stats,
      400: problem("must be a whole number from 1 to 1440", "minutes"),
      401: noToken,
      503: away,
    },
  },
  "GET /": { path: "/", ...noPage },
  "GET /calls": { path: "/calls", ...noPage },
  "GET /agents": { path: "/agents", ...noPage },
  "GET /queues": { path: "/queues", ...noPage },
  "GET /abandoned": { path: "/abandoned", ...noPage },
  "GET /deliveries": { path: "/deliveries", ...noPage },
  "GET /system": { path: "/system", ...noPage },
  "GET /number": { path: "/number", ...noPage },
  "GET /assets/:name": {
    path: "/assets/index-Bd3kT1xQ.js",
    answers: { 404: problem("no such path") },
  },
};
