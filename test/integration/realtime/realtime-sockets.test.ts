import { request } from "node:http";
import { connect as connectTcp } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { STALL_MS } from "@teravoz/realtime";
import { STOP_DEADLINE_MS } from "@teravoz/runtime";
import fc from "fast-check";
import { io } from "socket.io-client";
import WebSocket from "ws";
import { drawSeed } from "../../runner/failures.ts";
import { eventually } from "../../support/eventually.ts";
import { fastClock } from "../../support/fast-clock.ts";
import { JOINS, openPolling } from "../../support/polling.ts";
import { type RealtimeInProcess, startRealtime } from "../../support/services/realtime-in-process.ts";
import { openProxy } from "../../support/stack/tcp-proxy.ts";
import { ask, connectRaw, requestBytes } from "../../support/traffic/raw-http.ts";
import {
  connectClient,
  OLD_TRANSPORTS,
  type SocketClient,
  TRANSPORTS,
  type Transport,
} from "../../support/traffic/socket-clients.ts";
import { BY_WEBSOCKET, openStalled } from "../../support/traffic/stalled-client.ts";

const body = (type: string, call_id: string, more: object = {}) => JSON.stringify({ type, call_id, ...more });
const TOKEN = "a-long-enough-token";
/** Time between two DataChanged of a socket (CHANGED_MS of `gateway.ts`). */
const CHANGED_MS = 50;
const SEED = drawSeed("hostile packets");

let realtime: RealtimeInProcess;
const clients: SocketClient[] = [];

beforeEach(async () => {
  realtime = await startRealtime();
});
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await realtime.stop();
});

const connect = async (transport: Transport, options = {}) => {
  const client = await connectClient(transport, realtime.url, options);
  clients.push(client);
  return client;
};
const restart = async (options: Parameters<typeof startRealtime>[0]) => {
  await realtime.stop();
  realtime = await startRealtime(options);
};

test("a client that is notified of a change reads the new state, a hundred times in a row, by every transport", async () => {
  // notices are 50 ms apart, which a faster clock shortens
  await restart({ clock: fastClock(5) });
  const all = await Promise.all(TRANSPORTS.map((transport) => connect(transport)));
  for (let n = 1; n <= 100; n += 1) {
    await realtime.happen(body("call.new", `call ${n}`));
    const newest = all.map(async (client) => {
      await client.next("DataChanged");
      return (await client.ask("ListCalls", { limit: 1 })).data[0].aggregate_id;
    });
    expect(await Promise.all(newest)).toEqual(all.map(() => `call ${n}`));
  }
});

describe.each(TRANSPORTS)("%s", (transport) => {
  test("a burst of changes is sent in few messages, and the last change is always sent", async () => {
    const client = await connect(transport);
    const began = performance.now();
    for (let n = 0; n < 100; n += 1) await realtime.happen(body("call.new", `burst ${n}`));
    await client.next("DataChanged");
    await eventually(async () => {
      expect((await client.ask("ListCalls")).data).toHaveLength(100);
    });
    // one at once, then one every 50 ms: a slow machine has time for more of them
    const most = 2 + Math.ceil((performance.now() - began) / CHANGED_MS);
    expect(client.of("DataChanged").length).toBeLessThanOrEqual(most);
  });

  test("a subscriber gets the snapshot, each change, a call that leaves its filter, and an erasure", async () => {
    await realtime.store(body("call.waiting", "before"), body("call.new", "other"));
    const client = await connect(transport);
    const { data, ...rest } = await client.ask("Subscribe", { params: { state: "WAITING" } });
    expect(rest).toEqual({ event: "Subscribe", status: "Ok" });
    expect(data).toMatchObject([{ aggregate_id: "before", state: "WAITING" }]);
    await realtime.happen(body("call.waiting", "after"));
    expect((await client.next("CallChanged")).data).toMatchObject({
      aggregate_id: "after",
      state: "WAITING",
    });
    await realtime.happen(body("call.finished", "before"));
    expect((await client.next("CallChanged")).data).toMatchObject({
      aggregate_id: "before",
      state: "FINISHED",
    });
    await realtime.happen(body("call.ongoing", "other"));
    realtime.notify([{ key: "after", kind: "call", version: 1, erased: true }]);
    expect((await client.next("CallErased")).data).toEqual({ aggregate_id: "after" });
    expect(client.of("CallChanged")).toHaveLength(2);
  });

  test("a second Subscribe replaces the first", async () => {
    const client = await connect(transport);
    await client.ask("Subscribe", { params: { queue: "900" } });
    await client.ask("Subscribe", { params: { queue: "901" } });
    await realtime.happen(body("call.waiting", "one", { queue: "900" }));
    await realtime.happen(body("call.waiting", "two", { queue: "901" }));
    await client.next("CallChanged");
    expect(client.of("CallChanged").map(({ data }) => data.aggregate_id)).toEqual(["two"]);
  });

  test("while the database is unavailable commands fail and sockets stay, and missed changes arrive after its return", async () => {
    const client = await connect(transport);
    await client.ask("Subscribe", {});
    const changes = await realtime.store(body("call.new", "missed"));
    realtime.away = true;
    realtime.notify(changes);
    const answer = await client.ask("ListCalls");
    expect(answer.data).toEqual({ success: false, error: "unavailable, try again" });
    expect(client.of("DataChanged")).toEqual([]);
    realtime.away = false;
    expect((await client.next("CallChanged")).data.aggregate_id).toBe("missed");
    await client.next("DataChanged");
    expect(client.isOpen()).toBe(true);
  });

  test("a client without the token cannot connect, and a client with it can", async () => {
    await restart({ tokens: ["another-token", TOKEN] });
    await expect(connect(transport)).rejects.toThrow(/401|missing or wrong token/);
    await expect(connect(transport, { token: "wrong-token" })).rejects.toThrow(/401|missing or wrong token/);
    expect((await (await connect(transport, { token: TOKEN })).ask("ListCalls")).status).toBe("Ok");
  });

  test.each(["https://evil.example", "null", "http://127.0.0.1.evil.example", "nonsense"])(
    "a page of another origin (%s) cannot connect",
    async (origin) => {
      await expect(connect(transport, { origin })).rejects.toThrow();
    },
  );

  test("the service's own origin and the listed ones may connect", async () => {
    await connect(transport, { origin: realtime.url });
    await restart({ origins: ["https://board.example"] });
    await connect(transport, { origin: "https://board.example" });
    await expect(connect(transport, { origin: realtime.url })).rejects.toThrow();
  });

  test("if too many clients connect at once, some are refused and can connect a second later", async () => {
    // so few that even a slow machine does not admit all of them in the time of the test
    await restart({ joinsPerSecond: 5 });
    const outcomes = await Promise.allSettled(Array.from({ length: 60 }, () => connect(transport)));
    const came = outcomes.filter(({ status }) => status === "fulfilled").length;
    expect(came).toBeGreaterThanOrEqual(5);
    expect(came).toBeLessThan(60);
    await eventually(() => connect(transport));
    await restart({});
  });

  test("a stop closes every socket", async () => {
    const client = await connect(transport);
    await realtime.stop();
    await client.closed;
    await restart({});
  });
});

describe("socket.io", () => {
  test("an acknowledgement gets the envelope instead of a message, even for refused commands", async () => {
    const socket = io(realtime.url, { transports: ["websocket"], forceNew: true });
    const messages: string[] = [];
    socket.onAny((event) => messages.push(event));
    const asked = [
      await socket.emitWithAck("ListCalls", {}),
      await socket.emitWithAck("ListCalls"),
      await socket.emitWithAck("ListCalls", { params: 1 }),
      await socket.emitWithAck("Nothing", {}),
      await socket.emitWithAck("ListCalls", Buffer.from("{}")),
      await socket.emitWithAck("ListCalls", { params: Buffer.alloc(0) }),
    ];
    socket.close();
    expect(asked.map(({ event, status }) => `${event} ${status}`)).toEqual([
      "ListCalls Ok",
      "ListCalls Ok",
      "ListCalls Failed",
      "InvalidEvent Failed",
      "InvalidMessage Failed",
      "ListCalls Failed",
    ]);
    expect(messages).toEqual(["Welcome"]);
  });

  test("a client that disconnects while its poll hangs is removed at once, before its next ping", async () => {
    const { port } = new URL(realtime.url);
    const path = await openPolling(Number(port));
    const poll = await connectRaw(Number(port), { clings: true });
    await poll.send(requestBytes({ method: "GET", path, headers: { "Content-Type": "" } }));
    poll.endSending();
    // sooner than a ping, which follows after 10 s
    await poll.closed;
    expect((await ask(Number(port), { method: "GET", path })).status).toBe(400);
  });

  test("an acknowledgement has the bodies verbatim, as a message has", async () => {
    const given = '{"type":"call.new","call_id":"one","sid":12345678901234567890,"x":1e400,"x":1.0}';
    await realtime.store(given);
    const webSocket = new WebSocket(`${realtime.url.replace("http", "ws")}${BY_WEBSOCKET}`);
    const packets: string[] = [];
    webSocket.on("message", (data) => packets.push(data.toString()));
    await new Promise((resolve) => webSocket.once("open", resolve));
    webSocket.send("40");
    await eventually(() => expect(packets.some((packet) => packet.startsWith("42"))).toBe(true));
    webSocket.send('427["ListCallEvents",{"call_id":"one"}]');
    const ack = await eventually(() => {
      const found = packets.find((packet) => packet.startsWith("437["));
      expect(found).toBeDefined();
      return found;
    });
    webSocket.close();
    expect(ack).toContain(`"event":${given}}],"event":"ListCallEvents","status":"Ok"}]`);
  });

  test("each of many commands at once is acknowledged, with an answer or a refusal", async () => {
    const socket = io(realtime.url, { transports: ["websocket"], forceNew: true });
    const asked = Array.from({ length: 2_000 }, () => socket.emitWithAck("ListCalls", {}));
    const outcomes = new Set((await Promise.all(asked)).map(({ event, status }) => `${event} ${status}`));
    socket.close();
    expect(["ListCalls Failed", "ListCalls Ok"]).toEqual(expect.arrayContaining([...outcomes]));
  });

  test("a client that moves from polling to WebSocket misses no change", async () => {
    const socket = io(realtime.url, { forceNew: true });
    const upgraded = new Promise((resolve) => socket.io.engine.once("upgrade", resolve));
    const subscribed = await socket.emitWithAck("Subscribe", {});
    expect(subscribed.status).toBe("Ok");
    const seen = new Set<string>();
    socket.on("CallChanged", ({ data }) => seen.add(data.aggregate_id));
    for (let n = 0; n < 100; n += 1) await realtime.happen(body("call.new", `call ${n}`));
    await upgraded;
    await realtime.happen(body("call.new", "last"));
    await eventually(() => expect(seen.size).toBe(101));
    socket.close();
  });
});

const countConnections = ({ server }: RealtimeInProcess) =>
  new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));

const countSockets = async ({ metrics }: RealtimeInProcess) =>
  [...(await metrics()).matchAll(/^teravoz_sockets\{.*\} (\d+)$/gm)].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  );

/** The handshake of a WebSocket. */
const upgradeBytes = (path: string, headers: Record<string, string> = {}) =>
  requestBytes({
    method: "GET",
    path,
    headers: {
      "Content-Type": "",
      "Content-Length": "",
      Connection: "Upgrade",
      Upgrade: "websocket",
      "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
      "Sec-WebSocket-Version": "13",
      ...headers,
    },
  });

describe.each(OLD_TRANSPORTS)("%s", (transport) => {
  test("a client without the token cannot connect, and a client with it in the query can", async () => {
    await restart({ tokens: ["another-token", TOKEN] });
    await expect(connect(transport)).rejects.toThrow(/401|missing or wrong token/);
    await expect(connect(transport, { token: "wrong-token" })).rejects.toThrow(/401|missing or wrong token/);
    expect((await (await connect(transport, { token: TOKEN })).ask("ListCalls")).status).toBe("Ok");
  });

  test("a page of another origin cannot connect", async () => {
    await expect(connect(transport, { origin: "https://evil.example" })).rejects.toThrow();
    await connect(transport, { origin: realtime.url });
  });

  test("a stop closes every socket", async () => {
    const client = await connect(transport);
    await realtime.stop();
    await client.closed;
    await restart({});
  });
});

describe("a request that offers another protocol than WebSocket", () => {
  const get = (path: string, upgrade: string) => {
    const headers = {
      Upgrade: upgrade,
      Connection: "Upgrade, HTTP2-Settings",
      "HTTP2-Settings": "AAMAAABkAAQAAP__",
    };
    return ask(Number(new URL(realtime.url).port), { method: "GET", path, headers });
  };

  test.each(["h2c", "TLS/1.2", "h2c, websocket"])(
    "gets its normal answer, and the offer is ignored (%s)",
    async (upgrade) => {
      expect((await get("/livez", upgrade)).status).toBe(200);
      const stats = await get("/stats?minutes=30", upgrade);
      expect([stats.status, JSON.parse(stats.body).minutes]).toEqual([200, 30]);
      expect((await get("/nowhere", upgrade)).status).toBe(404);
      expect((await get("/socket.io/?EIO=4&transport=polling", upgrade)).body).toMatch(/^0\{"sid":/);
    },
  );

  test("still needs the token, and is answered 401 without it", async () => {
    await restart({ tokens: [TOKEN] });
    expect((await get("/stats", "h2c")).status).toBe(401);
    expect((await get(`/stats?token=${TOKEN}`, "h2c")).status).toBe(200);
  });
});

describe("hostile clients", () => {
  const openRaw = async () => {
    const webSocket = new WebSocket(realtime.url.replace("http", "ws"));
    const texts: string[] = [];
    webSocket.on("message", (data) => texts.push(data.toString()));
    webSocket.on("error", () => {});
    await new Promise((resolve) => webSocket.once("open", resolve));
    return { webSocket, texts };
  };
  const stillServes = async () => {
    const client = await connect("websocket");
    expect((await client.ask("ListCalls")).status).toBe("Ok");
  };

  test.each([
    ["text that is not JSON", "hello"],
    ["an array", "[]"],
    ["an event that is not a string", '{"event":1}'],
    ["null", "null"],
    ["a binary frame", Buffer.from('{"event":"ListCalls"}')],
    ["an empty frame", ""],
  ])("%s is answered with InvalidMessage", async (_name, frame) => {
    const { webSocket, texts } = await openRaw();
    webSocket.send(frame);
    await eventually(() =>
      expect(texts[1]).toBe(
        '{"data":{"success":false,"error":"invalid body"},"event":"InvalidMessage","status":"Failed"}',
      ),
    );
    webSocket.close();
  });

  test("a frame of 10 MB ends its connection and no other", async () => {
    const { webSocket } = await openRaw();
    const code = new Promise((resolve) => webSocket.once("close", resolve));
    webSocket.send("x".repeat(10 * 1024 * 1024));
    expect(await code).toBe(1009);
    await stillServes();
  });

  test("packets of 10 MB by polling are refused", async () => {
    const opened = await (await fetch(`${realtime.url}/socket.io/?EIO=4&transport=polling`)).text();
    const { sid } = JSON.parse(opened.slice(1));
    const answer = await fetch(`${realtime.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, {
      method: "POST",
      body: "4".repeat(10 * 1024 * 1024),
    }).catch(() => ({ status: 413 }));
    expect(answer.status).toBe(413);
    await stillServes();
  });

  test("a flood of joins in one payload opens at most one socket", async () => {
    const port = Number(new URL(realtime.url).port);
    await ask(port, { path: await openPolling(port), body: JOINS });
    await stillServes();
    expect(await countSockets(realtime)).toBeLessThanOrEqual(1);
  });

  test("a flood of joins by the older protocol closes its connection", async () => {
    const port = Number(new URL(realtime.url).port);
    const path = "/socket.io/?EIO=3&transport=polling";
    const opened = await ask(port, { method: "GET", path });
    const { sid } = JSON.parse(/\{"sid".*?\}/.exec(opened.body)![0]);
    await ask(port, { path: `${path}&sid=${sid}`, body: "2:40".repeat(16_000) });
    await eventually(async () => expect(await countSockets(realtime)).toBe(0));
    await stillServes();
  });

  test("hostile packets never end the process", async () => {
    const hostile = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.json(),
      fc
        .constantFrom("disconnect", "connect", "error", "newListener", "__proto__", "constructor")
        .map((name) => `42["${name}",{}]`),
      fc
        .tuple(
          fc.constantFrom("40", "41", "42", "421", "43", "431", "44", "451-", "461-", "4", "2", "3", "6"),
          fc.json(),
        )
        .map((parts) => parts.join("")),
      fc.json().map((data) => `42["ListCalls",${data}]`),
      fc.json().map((data) => `{"event":"Subscribe","data":{"params":${data}}}`),
      fc.json().map((data) => `{"event":"ListCallEvents","data":${data}}`),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    );
    const path = ["/", "/socket.io/?EIO=4&transport=websocket", "/socket.io/?EIO=3&transport=websocket"];
    const runs = fc.sample(fc.array(hostile, { minLength: 20, maxLength: 40 }), { numRuns: 60, seed: SEED });
    const throwAll = async () => {
      for (let packets = runs.pop(); packets; packets = runs.pop())
        for (const at of path) await fling(`${realtime.url.replace("http", "ws")}${at}`, packets);
    };
    await Promise.all(Array.from({ length: 6 }, throwAll));
    await stillServes();
  }, 60_000);

  async function fling(url: string, packets: (string | Buffer)[]): Promise<void> {
    const webSocket = new WebSocket(url);
    webSocket.on("error", () => {});
    await new Promise((resolve) => webSocket.once("open", resolve));
    if (url.includes("EIO=4")) webSocket.send("40");
    for (const packet of packets) webSocket.send(packet, () => {});
    const pong = new Promise((resolve) => webSocket.once("pong", resolve));
    const closed = new Promise((resolve) => webSocket.once("close", resolve));
    if (webSocket.readyState === WebSocket.OPEN) webSocket.ping();
    await Promise.race([pong, closed]);
    webSocket.terminate();
  }

  test.each([
    "/socket.io/",
    "/socket.io/?EIO=4&transport=polling&sid=none",
    "//",
    "/%E0%A4%A",
    "/assets/..%2fpackage.json",
  ])("a malformed request to %s is refused", async (path) => {
    const { port } = new URL(realtime.url);
    const status = await new Promise((resolve, reject) => {
      request({ port, path, host: "127.0.0.1" }, (answer) => resolve(answer.resume().statusCode))
        .on("error", reject)
        .end();
    });
    expect(status).toBeGreaterThanOrEqual(400);
    await stillServes();
  });

  test("an upgrade that breaks off in the middle affects no other client", async () => {
    const { port } = new URL(realtime.url);
    for (const path of ["/", "/socket.io/?EIO=4&transport=websocket"]) {
      const socket = connectTcp(Number(port), "127.0.0.1");
      socket.on("error", () => {});
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n`);
      socket.write("Sec-WebSocket-Key: x\r\nSec-WebSocket-Version: 13\r\n\r\n");
      await new Promise((resolve) => socket.once("data", resolve));
      socket.resetAndDestroy();
    }
    await stillServes();
  });

  test.each(["/", BY_WEBSOCKET])(
    "a client that is refused at %s and keeps its half of the connection open is cut off",
    async (path) => {
      const connection = await connectRaw(Number(new URL(realtime.url).port), { clings: true });
      await connection.send(upgradeBytes(path, { Origin: "https://evil.example" }));
      expect((await connection.answer()).status).toBeGreaterThanOrEqual(400);
      await eventually(async () => expect(await countConnections(realtime)).toBe(0));
      connection.close();
    },
  );

  const long = "c".repeat(256);
  const fields = { code: long, direction: long, our_number: long, their_number: long, queue: long };
  /** Each call takes 2 KB in a list. */
  const bodiesOf = (count: number) =>
    Array.from({ length: count }, (_, n) => body("call.new", `call ${n}`, { ...fields, sid: Math.random() }));
  /** Number of calls whose list (9 MB) exceeds the system's own buffers. */
  const MANY = 4_500;

  test("a stop does not wait for clients that read nothing, by any transport", async () => {
    await realtime.store(...bodiesOf(MANY));
    const ends = await Promise.all(TRANSPORTS.map((transport) => openStalled(transport, realtime.url)));
    await eventually(async () =>
      expect(await realtime.metrics()).toMatch(/event="Subscribe",status="Ok"\} 3$/m),
    );
    const began = performance.now();
    await realtime.stop();
    expect(performance.now() - began).toBeLessThan(STOP_DEADLINE_MS);
    for (const end of ends) end();
    await restart({});
  });

  test.each(["/", BY_WEBSOCKET])(
    "a stop does not wait for a client at %s that does not close when asked to",
    async (path) => {
      const connection = await connectRaw(Number(new URL(realtime.url).port), { clings: true });
      await connection.send(upgradeBytes(path));
      expect((await connection.answer()).status).toBe(101);
      const began = performance.now();
      await realtime.stop();
      expect(performance.now() - began).toBeLessThan(STOP_DEADLINE_MS);
      connection.close();
      await restart({});
    },
  );

  test("clients that read nothing are cut off with their unsent messages by any transport, and a client that reads stays connected", async () => {
    // instead of 30 s
    realtime.server.timeout /= 30;
    const good = await connect("websocket");
    await good.ask("Subscribe", {});
    await realtime.store(...bodiesOf(MANY));
    const ends = await Promise.all(TRANSPORTS.map((transport) => openStalled(transport, realtime.url)));
    await eventually(async () => {
      await realtime.happen(...bodiesOf(1_000));
      await good.next("DataChanged");
      expect(await countSockets(realtime)).toBe(1);
    }, 60_000);
    await eventually(async () => expect(await countConnections(realtime)).toBe(1));
    expect(good.isOpen()).toBe(true);
    for (const end of ends) end();
  }, 90_000);

  test("a client on a slow line gets a large answer, even if it takes longer than the limit for stalled clients", async () => {
    const TIMES = 10;
    await restart({ clock: fastClock(TIMES) });
    realtime.server.timeout /= TIMES;
    await realtime.store(...bodiesOf(MANY));
    const proxy = await openProxy({ host: "127.0.0.1", port: Number(new URL(realtime.url).port) });
    const client = await connectClient("websocket", `http://127.0.0.1:${proxy.port}`);
    const began = performance.now();
    // pieces of 64 KiB of an answer of 9 MB
    proxy.slow(300 / TIMES);
    const answer = await Promise.race([client.ask("ListCalls"), client.closed]);
    expect(answer?.data).toHaveLength(MANY);
    expect(performance.now() - began).toBeGreaterThan(STALL_MS / TIMES);
    client.close();
    await proxy.close();
  });
});

test.each(["/calls", "/socket.io/?EIO=4&transport=websocket"])(
  "an instance that is not ready refuses a balancer's new WebSocket at %s, and accepts a direct one",
  async (path) => {
    const statusOf = (headers: Record<string, string>) =>
      new Promise<number>((resolve) => {
        const socket = new WebSocket(`${realtime.url.replace("http", "ws")}${path}`, { headers });
        socket.on("error", () => {});
        socket.once("unexpected-response", (_request, { statusCode }) => resolve(statusCode!));
        socket.once("open", () => {
          socket.terminate();
          resolve(101);
        });
      });
    const balanced = { "X-Only-If-Ready": "1" };
    expect(await statusOf(balanced)).toBe(101);
    realtime.ready = false;
    expect([await statusOf(balanced), await statusOf({})]).toEqual([503, 101]);
  },
);

test.each(TRANSPORTS)(
  "by %s a client that connects while its board is stale is notified after Welcome",
  async (transport) => {
    realtime.gateway.stale(Date.parse("2026-01-01T12:00:00Z"));
    const client = await connectClient(transport, realtime.url);
    clients.push(client);
    expect(await client.next("Stale")).toEqual({
      data: { since: "2026-01-01T12:00:00.000Z" },
      event: "Stale",
      status: "Ok",
    });
    realtime.gateway.fresh();
    expect(await client.next("Fresh")).toEqual({ data: {}, event: "Fresh", status: "Ok" });
  },
);
