import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { io } from "socket.io-client";
import WebSocket from "ws";
import { type Gateway, openGateway } from "../support/services/gateway.ts";

/** Each door has a current and a next token. No token opens another door. */
const TOKENS = {
  webhook: ["the-webhook-token", "the-next-webhook-token"],
  admin: ["the-admin-token", "the-next-admin-token"],
  dashboard: ["the-dashboard-token", "the-next-dashboard-token"],
  metrics: ["the-metrics-token", "the-next-metrics-token"],
};
type Key = keyof typeof TOKENS;

let gateway: Gateway;
beforeAll(async () => {
  gateway = await openGateway({
    env: {
      WEBHOOK_TOKEN: TOKENS.webhook.join(","),
      ADMIN_TOKEN: TOKENS.admin.join(","),
      DASHBOARD_TOKEN: TOKENS.dashboard.join(","),
      METRICS_TOKEN: TOKENS.metrics.join(","),
    },
  });
});
afterAll(() => gateway?.close());

const UNKNOWN = "0".repeat(64);
type Door = [
  kind: "ingest" | "projector" | "realtime",
  method: string,
  path: string,
  key: Key,
  opened: number,
];
/** Each door with its status for a right token. A 404 or 400 also shows that the token was accepted. */
const DOORS: Door[] = [
  ["ingest", "POST", "/webhook", "webhook", 200],
  ["ingest", "GET", "/metrics", "metrics", 200],
  ["projector", "GET", "/metrics", "metrics", 200],
  ["realtime", "GET", "/metrics", "metrics", 200],
  ["realtime", "GET", "/stats", "dashboard", 200],
  ["projector", "GET", "/dead-letters", "admin", 200],
  ["projector", "GET", `/dead-letters/${UNKNOWN}`, "admin", 404],
  ["projector", "POST", `/dead-letters/${UNKNOWN}/redrive`, "admin", 404],
  ["projector", "DELETE", `/dead-letters/${UNKNOWN}`, "admin", 404],
  ["realtime", "GET", `/dead-letters/${UNKNOWN}`, "admin", 404],
  ["realtime", "POST", `/dead-letters/${UNKNOWN}/redrive`, "admin", 404],
  ["projector", "DELETE", "/calls/door.1", "admin", 202],
  ["projector", "GET", "/calls/door.2/erasure", "admin", 404],
  ["projector", "DELETE", "/numbers/5511900000001", "admin", 202],
  ["projector", "GET", "/numbers/5511900000002/erasure", "admin", 404],
  ["projector", "DELETE", "/agents/door", "admin", 202],
  ["projector", "GET", "/agents/door.2/erasure", "admin", 404],
];

const basic = (password: string) => `Basic ${Buffer.from(`teravoz:${password}`).toString("base64")}`;
type Presented = { authorization?: string; query?: string };
const WAYS: [string, (token: string) => Presented][] = [
  ["Bearer", (token) => ({ authorization: `Bearer ${token}` })],
  ["Basic", (token) => ({ authorization: basic(token) })],
  ["?token=", (token) => ({ query: `?token=${token}` })],
];
const others = (key: Key) =>
  Object.entries(TOKENS).flatMap(([name, [token]]) => (name === key ? [] : [token!]));
const wrongOnes = (key: Key) => {
  const [token] = TOKENS[key] as [string];
  return [
    "",
    "wrong",
    token.slice(0, -1),
    `${token}x`,
    token.toUpperCase(),
    TOKENS[key].join(","),
    ...others(key),
  ];
};

async function knock([kind, method, path]: Door, { authorization, query = "" }: Presented) {
  const body =
    method === "POST" && kind === "ingest" ? '{"type":"call.new","call_id":"door.1","sid":"1"}' : null;
  const headers = {
    "Content-Type": "application/json",
    ...(authorization ? { Authorization: authorization } : {}),
  };
  const response = await fetch(`${gateway[kind][0]!.url}${path}${query}`, { method, headers, body });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

test("every admin path is in the list of doors", async () => {
  // the router answers an unknown method of a known path with 405 and the allowed methods
  for (const path of ["/dead-letters", `/dead-letters/${UNKNOWN}`, "/calls/1", "/numbers/1", "/agents/1"]) {
    const { status, headers } = await knock(["projector", "PATCH", path, "admin", 405], {});
    expect(status).toBe(405);
    const methods = headers
      .get("allow")!
      .split(", ")
      .filter((method) => method !== "HEAD");
    const known = DOORS.filter(
      ([kind, , known]) =>
        kind === "projector" &&
        known.split("/").length === path.split("/").length &&
        known.startsWith(`/${path.split("/")[1]}`),
    );
    expect(known.map(([, method]) => method).sort()).toEqual(methods.sort());
  }
});

describe.each(DOORS)("%s %s %s", (...door) => {
  const [, , , key, opened] = door;

  test("opens to the current and the next token, presented in each way", async () => {
    for (const token of TOKENS[key])
      for (const [, way] of WAYS) expect((await knock(door, way(token))).status).toBe(opened);
  });

  test("is closed without a token, with a wrong token and with the token of another door", async () => {
    const presented = [{}, ...wrongOnes(key).flatMap((token) => WAYS.map(([, way]) => way(token)))];
    for (const each of presented) {
      const { status, headers, text } = await knock(door, each);
      expect([each, status]).toEqual([each, 401]);
      expect(headers.get("www-authenticate")).toContain("Bearer");
      const errors = [{ path: "", message: "missing or wrong token" }];
      expect(JSON.parse(text)).toEqual({ status: "error", errors });
    }
  });
});

type SocketWay = [string, (url: string, token: string | null) => Promise<boolean>];
const headersOf = (authorization: string | null) => (authorization ? { Authorization: authorization } : {});

function connectPlain(url: string, headers: Record<string, string>): Promise<boolean> {
  const socket = new WebSocket(url.replace("http", "ws"), { headers });
  return new Promise<boolean>((resolve) => {
    socket.once("message", () => resolve(true)).once("error", () => resolve(false));
  }).finally(() => socket.terminate());
}

function connectIo(url: string, options: Parameters<typeof io>[1]): Promise<boolean> {
  const socket = io(url, { reconnection: false, forceNew: true, ...options });
  return new Promise<boolean>((resolve) => {
    socket.once("Welcome", () => resolve(true)).once("connect_error", () => resolve(false));
  }).finally(() => socket.close());
}

const ofTransport = (transport: "websocket" | "polling"): SocketWay[] => {
  const transports = [transport];
  return [
    [
      `socket.io ${transport}, auth`,
      (url, token) => connectIo(url, { transports, ...(token === null ? {} : { auth: { token } }) }),
    ],
    [
      `socket.io ${transport}, Bearer`,
      (url, token) => connectIo(url, { transports, extraHeaders: headersOf(token && `Bearer ${token}`) }),
    ],
    [
      `socket.io ${transport}, Basic`,
      (url, token) => connectIo(url, { transports, extraHeaders: headersOf(token && basic(token)) }),
    ],
    [
      `socket.io ${transport}, ?token=`,
      (url, token) => connectIo(url, { transports, ...(token === null ? {} : { query: { token } }) }),
    ],
  ];
};
const SOCKET_WAYS: SocketWay[] = [
  ["WebSocket, Bearer", (url, token) => connectPlain(`${url}/any`, headersOf(token && `Bearer ${token}`))],
  ["WebSocket, Basic", (url, token) => connectPlain(`${url}/any`, headersOf(token && basic(token)))],
  [
    "WebSocket, ?token=",
    (url, token) => connectPlain(`${url}/any${token === null ? "" : `?token=${token}`}`, {}),
  ],
  ...ofTransport("websocket"),
  ...ofTransport("polling"),
];

test.each(SOCKET_WAYS)(
  "sockets by %s open to the current and the next token, and to no other",
  async (_name, connect) => {
    const { url } = gateway.realtime[0]!;
    for (const token of TOKENS.dashboard) expect([token, await connect(url, token)]).toEqual([token, true]);
    for (const token of [null, ...wrongOnes("dashboard")])
      expect([token, await connect(url, token)]).toEqual([token, false]);
  },
);

test("a wrong auth of socket.io is refused, even with a right token in the query", async () => {
  const { url } = gateway.realtime[0]!;
  const [token] = TOKENS.dashboard;
  for (const wrong of ["wrong", 1, true, {}, [token], { token }]) {
    const options = { auth: { token: wrong }, query: { token: token! }, transports: ["websocket"] };
    expect([wrong, await connectIo(url, options)]).toEqual([wrong, false]);
  }
});

test("the page and the probes are public, and contain no data", async () => {
  for (const kind of ["ingest", "projector", "realtime"] as const)
    for (const path of ["/livez", "/readyz"]) {
      const { status, text } = await knock([kind, "GET", path, "admin", 200], {});
      expect([kind, path, status]).toEqual([kind, path, 200]);
      expect(Object.keys(JSON.parse(text)).filter((name) => !["status", "checks"].includes(name))).toEqual(
        [],
      );
    }
  // 404 if this checkout has no built page
  const { status } = await knock(["realtime", "GET", "/", "dashboard", 200], {});
  expect([200, 404]).toContain(status);
});

test("no token is logged", async () => {
  for (const { log } of [...gateway.ingest, ...gateway.projector, ...gateway.realtime]) {
    const text = await readFile(log, "utf8");
    for (const token of Object.values(TOKENS).flat()) expect(text).not.toContain(token);
  }
});
