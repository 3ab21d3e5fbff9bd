import * as z from "zod/mini";
import { PAGE_ADDRESSES } from "./addresses.ts";
import { callErasure, personErasure, preview } from "./schemas/admin.ts";
import { deadLetter, deadLetterText } from "./schemas/deliveries.ts";
import { describe } from "./schemas/describe.ts";
import { alive, health, ok, problem, unconfirmed, webhookAnswer, webhookProbe } from "./schemas/http.ts";
import { agentKey, callKey, name, writtenNumber } from "./schemas/paths.ts";
import { eraseQuery, listDeadLettersQuery, noQuery, redriveQuery, statsQuery } from "./schemas/queries.ts";
import { stats } from "./schemas/reports.ts";

export type ServiceName = "ingest" | "projector" | "realtime";

/** An answer by its HTTP status. Without `body` it is not JSON. */
type Answer = { doc: string; body?: z.ZodMiniType };

export type Route = {
  /** The services that have the route. */
  of: readonly ServiceName[];
  doc: string;
  /** The setting whose token the request must carry; null if it needs none. */
  token: "WEBHOOK_TOKEN" | "ADMIN_TOKEN" | "DASHBOARD_TOKEN" | "METRICS_TOKEN" | null;
  /** The parts of the path that begin with a colon. */
  path?: Readonly<Record<string, z.ZodMiniType<string, string>>>;
  query?: z.ZodMiniType;
  answers: Readonly<Record<number, Answer>>;
};

const ALL = ["ingest", "projector", "realtime"] as const;
const PROJECTOR = ["projector"] as const;

const wrongParameter = { doc: "A parameter is wrong or unknown.", body: problem };
const noToken = { doc: "The token is missing or wrong.", body: problem };
const away = {
  doc: "Kafka, the registry or MongoDB does not answer. The request is safe to repeat after the time in `Retry-After`.",
  body: problem,
};

/** The four routes for the erasure of a call, a number or an agent. */
const erasureRoutes = <R extends z.ZodMiniType>(of: {
  what: string;
  id: z.ZodMiniType<string, string>;
  receipt: R;
  query: z.ZodMiniType;
}) => {
  const { what, id, receipt, query } = of;
  const common = { of: PROJECTOR, token: "ADMIN_TOKEN", path: { id } } as const;
  const refusals = { 400: wrongParameter, 401: noToken, 503: away };
  return {
    erase: {
      ...common,
      doc: `Erases ${what}. The answer is the same whether data is stored or not. \`Location\` names the receipt.`,
      query,
      answers: { 202: { doc: "The erasure was accepted.", body: ok(receipt) }, ...refusals },
    },
    receipt: {
      ...common,
      doc: `Shows the progress of the erasure of ${what}.`,
      query: noQuery,
      answers: {
        200: { doc: "The receipt.", body: ok(receipt) },
        ...refusals,
        404: { doc: "No erasure of it was requested in the last 90 days.", body: problem },
      },
    },
    startPreview: {
      ...common,
      doc: `Starts to count the data that an erasure of ${what} would delete. \`Location\` names the result.`,
      query: noQuery,
      answers: {
        202: { doc: "The preview runs.", body: ok(preview) },
        ...refusals,
        409: { doc: "Another preview runs.", body: problem },
      },
    },
    preview: {
      ...common,
      doc: "Shows the preview, for an hour.",
      query: noQuery,
      answers: {
        200: { doc: "The preview.", body: ok(preview) },
        ...refusals,
        404: { doc: "No preview of it was requested in the last hour.", body: problem },
      },
    },
  };
};

const call = erasureRoutes({
  what: "a call",
  id: callKey,
  receipt: callErasure,
  query: eraseQuery,
});
const number = erasureRoutes({
  what: "a person by a phone number",
  id: writtenNumber,
  receipt: personErasure,
  query: eraseQuery,
});
const agent = erasureRoutes({
  what: "an agent",
  id: agentKey,
  receipt: personErasure,
  query: eraseQuery,
});

const notConfirmed = {
  409: {
    doc: "The erasure would delete more than 100 calls, more than 10 calls that are over 1 % of all, or the calls of one of the account's own numbers. Nothing was erased. Repeat the request with `confirm`.",
    body: unconfirmed,
  },
};

const letters = {
  token: "ADMIN_TOKEN",
  path: { id: name("The id of the dead letter.") },
} as const;
const unknownDeadLetter = { doc: "The dead letter does not exist.", body: problem };
const otherOrigin = {
  doc: "realtime only: the request comes from a page of another origin.",
  body: problem,
};

const page: Route = {
  of: ["realtime"],
  doc: "A page of the board. All pages are the same document, which shows the page of its address.",
  token: null,
  answers: {
    200: { doc: "The HTML document." },
    304: { doc: "The client already has it (`If-None-Match`)." },
    404: { doc: "The board is not built.", body: problem },
  },
};

type Address = (typeof PAGE_ADDRESSES)[keyof typeof PAGE_ADDRESSES];

const pages = Object.fromEntries(
  Object.values(PAGE_ADDRESSES).map((address) => [`GET ${address}`, page]),
) as Record<`GET ${Address}`, Route>;

/** Every route, by method and path. GET routes answer HEAD too. */
export const ROUTES = {
  "POST /webhook": {
    of: ["ingest"],
    doc: "Takes one event of TeraVoz. `/webhook/` and other spellings of the path are the same route. The body is JSON in UTF-8, at most 64 KiB.",
    token: "WEBHOOK_TOKEN",
    answers: {
      200: { doc: "The event is stored permanently.", body: webhookAnswer },
      400: { doc: "The body is not a JSON object, or did not arrive completely.", body: problem },
      401: noToken,
      413: { doc: "The body is too large.", body: problem },
      415: { doc: "According to the headers, the body is not JSON or is compressed.", body: problem },
      422: { doc: "The event cannot be used. Its body is kept as a dead letter.", body: problem },
      503: {
        doc: "It is unknown whether the event is stored. Send it again after the time in `Retry-After`.",
        body: problem,
      },
    },
  },
  "GET /webhook": {
    of: ["ingest"],
    doc: "Answers a sender or a monitor that checks the address. It stores nothing.",
    token: null,
    answers: { 200: { doc: "The address is right.", body: webhookProbe } },
  },
  "OPTIONS /webhook": {
    of: ["ingest"],
    doc: "Like GET, without a body.",
    token: null,
    answers: { 204: { doc: "`Allow` names the methods." } },
  },
  "GET /livez": {
    of: ALL,
    doc: "Says that the process runs.",
    token: null,
    answers: { 200: { doc: "The process runs.", body: alive } },
  },
  "GET /readyz": {
    of: ALL,
    doc: "Says whether the service can do its job.",
    token: null,
    answers: {
      200: { doc: "The service can do its job.", body: health },
      503: { doc: "The service cannot do its job. The failed checks give the reasons.", body: health },
    },
  },
  "GET /metrics": {
    of: ALL,
    doc: "The metrics of docs/operations.md in the text format of Prometheus.",
    token: "METRICS_TOKEN",
    answers: { 200: { doc: "The metrics as text." }, 401: noToken },
  },
  "DELETE /calls/:id": call.erase,
  "GET /calls/:id/erasure": call.receipt,
  "POST /calls/:id/erasure/preview": call.startPreview,
  "GET /calls/:id/erasure/preview": call.preview,
  "DELETE /numbers/:id": { ...number.erase, answers: { ...number.erase.answers, ...notConfirmed } },
  "GET /numbers/:id/erasure": number.receipt,
  "POST /numbers/:id/erasure/preview": number.startPreview,
  "GET /numbers/:id/erasure/preview": number.preview,
  "DELETE /agents/:id": { ...agent.erase, answers: { ...agent.erase.answers, ...notConfirmed } },
  "GET /agents/:id/erasure": agent.receipt,
  "POST /agents/:id/erasure/preview": agent.startPreview,
  "GET /agents/:id/erasure/preview": agent.preview,
  "GET /dead-letters": {
    of: PROJECTOR,
    doc: "Lists dead letters without their bodies, newest first.",
    token: "ADMIN_TOKEN",
    query: listDeadLettersQuery,
    answers: {
      200: {
        doc: "A page.",
        body: z.object({
          status: z.literal("ok"),
          data: z.array(deadLetter),
          next: describe(z.nullable(z.string()), "The `cursor` of the next page. Null on the last page."),
        }),
      },
      400: wrongParameter,
      401: noToken,
      503: away,
    },
  },
  "GET /dead-letters/:id": {
    ...letters,
    of: ["projector", "realtime"],
    doc: "Shows a dead letter with its body. realtime has it only if `ADMIN_TOKEN` is set.",
    query: noQuery,
    answers: {
      200: { doc: "The dead letter.", body: ok(deadLetterText) },
      400: wrongParameter,
      401: noToken,
      403: otherOrigin,
      404: unknownDeadLetter,
      503: away,
    },
  },
  "POST /dead-letters/:id/redrive": {
    ...letters,
    of: ["projector", "realtime"],
    doc: "Sends a dead letter again on the path on which it failed. realtime has it only if `ADMIN_TOKEN` is set.",
    query: redriveQuery,
    answers: {
      200: { doc: "It was sent, or would be (`dry_run`).", body: ok(deadLetter) },
      400: wrongParameter,
      401: noToken,
      403: otherOrigin,
      404: unknownDeadLetter,
      409: { doc: "It was dropped.", body: problem },
      422: { doc: "It would be refused again. The errors give the reasons.", body: problem },
      503: away,
    },
  },
  "DELETE /dead-letters/:id": {
    ...letters,
    of: PROJECTOR,
    doc: "Drops a dead letter: its body is deleted, and it stays dropped if more copies come.",
    query: noQuery,
    answers: {
      200: { doc: "It was dropped.", body: ok(deadLetter) },
      400: wrongParameter,
      401: noToken,
      404: unknownDeadLetter,
      503: away,
    },
  },
  "GET /stats": {
    of: ["realtime"],
    doc: "Counts events by type and calls by state, like the command `ListStats`.",
    token: "DASHBOARD_TOKEN",
    query: statsQuery,
    answers: { 200: { doc: "The counts.", body: stats }, 400: wrongParameter, 401: noToken, 503: away },
  },
  ...pages,
  "GET /assets/:name": {
    of: ["realtime"],
    doc: "A file of the board.",
    token: null,
    path: { name: name("The name of the file. It holds a hash of the content, so a file never changes.") },
    answers: {
      200: { doc: "The file." },
      304: { doc: "The client already has it." },
      404: { doc: "The file does not exist.", body: problem },
    },
  },
} as const satisfies Readonly<Record<string, Route>>;

export type RouteName = keyof typeof ROUTES;
export const ROUTE_NAMES = Object.keys(ROUTES) as RouteName[];
