import { afterEach, expect, test } from "@jest/globals";
import { type RealtimeInProcess, startRealtime } from "../../support/services/realtime-in-process.ts";
import { ask } from "../../support/traffic/raw-http.ts";
import { connectClient, OLD_TRANSPORTS, TRANSPORTS } from "../../support/traffic/socket-clients.ts";

const LISTED = "https://board.example";

const ALL = [...TRANSPORTS, ...OLD_TRANSPORTS];

let realtime: RealtimeInProcess;
afterEach(() => realtime.stop());

/** Foreign origins, each similar to one that may connect. `own` is the address of the server. */
function forgedOrigins(own: string): string[] {
  const { host, hostname, port } = new URL(own);
  const hosts = [
    "evil.example",
    "127.0.0.2",
    "0.0.0.0",
    "[::2]",
    "2130706433",
    "0x7f.1",
    "127.1",
    "localhost.evil.example",
    "evil-localhost",
    "localhost.",
    "sub.localhost",
    `${hostname}.evil.example`,
    `evil-${hostname}`,
    `${hostname}evil.example`,
    "board.example.evil.example",
    "evilboard.example",
    "board.example",
    "sub.board.example",
    "board.exampl",
    "xn--bard-55d.example",
  ].flatMap((name) => [`http://${name}`, `https://${name}:${port}`]);
  const sameHost = [
    `http://evil.example@${host}`,
    `http://${host}@evil.example`,
    `http://${host}/evil`,
    `http://${host}?evil`,
    `http://${host}#evil`,
    `http://${host}/`,
    `http://${hostname}`,
    `http://${hostname}:${Number(port) + 1}`,
    `http://localhost:${Number(port) + 1}`,
    "http://localhost",
    `http://[::1]:${port}0`,
    `http://${hostname}:${port}0`,
    `http://${host}, http://evil.example`,
    `HTTP://${host}`,
    `http:${host}`,
  ];
  const none = ["null", "file://", "about:blank", "data:text/html,x", "javascript:0", "chrome-extension://a"];
  return [...hosts, ...sameHost, ...none, "*", host, "nonsense", "//evil.example"];
}

test.each([
  ["if no origin is listed", undefined],
  ["if one origin is listed", [LISTED]],
])(
  "a page of a forged origin connects by no transport, %s",
  async (_name, origins) => {
    realtime = await startRealtime(origins ? { origins } : {});
    const forged = forgedOrigins(realtime.url).filter((origin) => origin !== LISTED);
    expect(forged.length).toBeGreaterThanOrEqual(50);
    for (const transport of ALL) {
      const outcomes = await Promise.allSettled(
        forged.map((origin) => connectClient(transport, realtime.url, { origin })),
      );
      const connected = forged.filter((_, n) => outcomes[n]!.status === "fulfilled");
      expect({ transport, connected }).toEqual({ transport, connected: [] });
    }
    const own = origins ? LISTED : realtime.url;
    for (const transport of ALL) {
      const client = await connectClient(transport, realtime.url, { origin: own });
      expect((await client.ask("ListCalls")).status).toBe("Ok");
      client.close();
      await client.closed;
    }
  },
  60_000,
);

/** Connects a page of this origin by each transport. Resolves with the transports that succeeded. */
async function connectAll(origin: string, url = realtime.url): Promise<string[]> {
  const outcomes = await Promise.allSettled(
    ALL.map((transport) => connectClient(transport, url, { origin })),
  );
  const clients = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
  for (const client of clients) client.close();
  await Promise.all(clients.map(({ closed }) => closed));
  return ALL.filter((_, n) => outcomes[n]!.status === "fulfilled");
}

test("pages of localhost, 127.0.0.1 and [::1] count as one host and connect at the same port only", async () => {
  realtime = await startRealtime();
  const { port } = new URL(realtime.url);
  for (const name of ["localhost", "127.0.0.1", "[::1]"])
    expect([name, await connectAll(`http://${name}:${port}`)]).toEqual([name, ALL]);
  for (const origin of ["http://localhost:5173", "http://localhost", "http://127.0.0.1:80"])
    expect([origin, await connectAll(origin)]).toEqual([origin, []]);
});

test("a service that listens on loopback only accepts pages of this machine from any port, and no other pages", async () => {
  realtime = await startRealtime({ isLocal: true });
  for (const origin of [
    "http://localhost:5173",
    "http://127.0.0.1:3000",
    "https://[::1]:8443",
    "http://localhost",
  ])
    expect([origin, await connectAll(origin)]).toEqual([origin, ALL]);
  for (const origin of [
    "http://evil.example",
    "http://localhost.evil.example:5173",
    "http://10.0.0.1:5173",
    "null",
  ])
    expect([origin, await connectAll(origin)]).toEqual([origin, []]);
  // behind a proxy on this machine, a page at localhost belongs to the visitor's machine, not to this one
  const polling = (host: string) =>
    ask(Number(new URL(realtime.url).port), {
      method: "GET",
      path: "/socket.io/?EIO=4&transport=polling",
      headers: { Host: host, Origin: "http://localhost:5173" },
    });
  expect((await polling("board.example")).status).toBe(403);
  expect((await polling("localhost:4000")).status).toBe(200);
});

test("if origins are listed, only these connect, to a service on loopback too", async () => {
  realtime = await startRealtime({ isLocal: true, origins: [LISTED] });
  expect(await connectAll("http://localhost:5173")).toEqual([]);
  expect(await connectAll(LISTED)).toEqual(ALL);
});

test("a page that may connect can read the answers of a poll in a browser, and no other page can", async () => {
  realtime = await startRealtime({ isLocal: true });
  const poll = (origin: string) =>
    ask(Number(new URL(realtime.url).port), {
      method: "GET",
      path: "/socket.io/?EIO=3&transport=polling",
      headers: { Host: "localhost:4000", Origin: origin },
    });
  const { headers } = await poll("http://localhost:5173");
  expect(headers["access-control-allow-origin"]).toBe("http://localhost:5173");
  expect(headers["access-control-allow-credentials"]).toBe("true");
  expect((await poll("http://evil.example")).headers).not.toHaveProperty("access-control-allow-origin");
});

test("a page that is refused gets the reason, is counted each time and is logged once a minute", async () => {
  realtime = await startRealtime();
  const origin = "http://localhost:5173";
  expect(await connectAll(origin)).toEqual([]);
  expect(await connectAll("https://5511999990000.example")).toEqual([]);
  const polling = `${realtime.url}/socket.io/?EIO=4&transport=polling`;
  const answer = await fetch(polling, { headers: { Origin: origin } });
  expect([answer.status, await answer.json()]).toEqual([
    403,
    { code: 4, message: "this origin may not connect" },
  ]);
  const refused = realtime.refusedOrigins().map(({ name, count }) => [name, count]);
  expect(refused).toEqual([
    [origin, ALL.length + 1],
    ["…", ALL.length],
  ]);
  expect(await realtime.metrics()).toContain(`teravoz_refused_origins_total ${2 * ALL.length + 1}`);
  const logged = realtime.lines.map((line) => JSON.parse(line)).filter(({ level }) => level === "warn");
  expect(logged.map((line) => line.origin)).toEqual([origin, "…"]);
});
