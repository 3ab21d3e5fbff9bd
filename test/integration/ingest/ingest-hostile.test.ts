import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { eventually } from "../../support/eventually.ts";
import { LONG } from "../../support/long.ts";
import { type Gateway, openGateway } from "../../support/services/gateway.ts";
import { countStatuses, quantile, readMetric, startLoad } from "../../support/traffic/load.ts";
import { ask, connectRaw, requestBytes } from "../../support/traffic/raw-http.ts";

const MiB = 1024 * 1024;

let gateway: Gateway;
const sockets: Socket[] = [];
beforeAll(async () => {
  gateway = await openGateway({ ingest: 1, projector: 0, realtime: 0 });
});
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});
afterAll(() => gateway?.close());

/** Starts good traffic beside the bad: eight senders, some hundred events a second in the long form. */
function startGoodTraffic() {
  let sequence = 0;
  const next = () => `{"type":"call.new","call_id":"good-${sequence++}","timestamp":"2026-01-01T00:00:00Z"}`;
  return startLoad({ url: gateway.ingest[0]!.url, connections: 8, next, pauseMs: LONG ? 20 : 100 });
}

const open = () => {
  const socket = connect(Number(new URL(gateway.ingest[0]!.url).port), "127.0.0.1");
  sockets.push(socket);
  socket.on("error", () => {});
  return socket;
};
const residentBytes = () => readMetric(gateway.ingest[0]!.url, "teravoz_process_resident_memory_bytes");

/** A young process grows on its own. After the warm-up, growth comes from the bad senders. */
async function warmUp(): Promise<void> {
  const url = gateway.ingest[0]!.url;
  const warm = startLoad({
    url,
    connections: 32,
    next: () => `{"type":"call.new","call_id":"${Math.random()}"}`,
  });
  await eventually(() => expect(warm.outcomes.length).toBeGreaterThan(5_000), 120_000);
  await warm.stop();
}

/** The bytes that a slow sender begins with. It then sends one byte a second. */
const BEGINNINGS = [
  // sends nothing at all
  "",
  // endless headers
  "POST /webhook HTTP/1.1\r\nHost: x\r\nX-Slow: ",
  // an endless body
  "POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
];

/**
 * The ms until a slow sender is cut off, and the 99th percentile of a good event. The long form runs on an idle
 * machine, where the limit of 15 s for headers and body, a check every 2 s and a second to read the answer add up to 18
 * s, and a good event takes 15 ms. Otherwise the machine may be busy. The limits still show a fault: Node's own limits
 * are 60 s and 300 s, and a good event that had to wait for the slow senders would take 15 s.
 */
const LIMITS = LONG ? { goneMs: 20_000, p99: 250 } : { goneMs: 45_000, p99: 5_000 };

test("2,000 slow senders are cut off in time, and good events are accepted meanwhile without delay", async () => {
  const alive = new Set<Socket>();
  for (let n = 0; n < 2_000; n++) {
    const socket = open();
    alive.add(socket);
    socket.once("close", () => alive.delete(socket));
    const beginning = BEGINNINGS[n % BEGINNINGS.length]!;
    socket.write(beginning);
    // silent senders stay silent
    if (beginning !== "")
      setTimeout(() => {
        const dribble = setInterval(() => socket.write("x"), 1_000);
        socket.once("close", () => clearInterval(dribble));
      }, n % 1_000);
    socket.resume();
  }
  const began = performance.now();
  const load = startGoodTraffic();
  await eventually(() => expect(alive.size).toBe(0), 60_000);
  const goneMs = performance.now() - began;
  await load.stop();
  const p99 = quantile(
    load.outcomes.map(({ tookMs }) => tookMs),
    0.99,
  );
  report({ goneMs, p99, good: load.outcomes.length });
  expect(goneMs).toBeLessThan(LIMITS.goneMs);
  expect(countStatuses(load.outcomes)).toEqual({ 200: load.outcomes.length });
  expect(p99).toBeLessThan(LIMITS.p99);
});

test("200 bodies of a gigabyte each are cut off before their end, none is kept in memory, and good events are accepted meanwhile", async () => {
  await warmUp();
  const load = startGoodTraffic();
  const before = await residentBytes();
  const piece = Buffer.alloc(64 * 1024, "x");
  const streams = Array.from({ length: 200 }, () => stream(open(), piece));
  let most = 0;
  const watching = setInterval(async () => {
    most = Math.max(most, (await residentBytes().catch(() => 0)) - before);
  }, 100);
  const sent = await Promise.all(streams);
  clearInterval(watching);
  await load.stop();
  const p99 = quantile(
    load.outcomes.map(({ tookMs }) => tookMs),
    0.99,
  );
  const largest = Math.max(...sent.map(({ bytes }) => bytes));
  report({
    largest,
    most,
    p99,
    good: load.outcomes.length,
    answers: sent.filter(({ answer }) => answer !== "").length,
  });
  // a sender that reads the bytes before the cut-off gets the reason
  for (const { answer } of sent) expect(answer.startsWith("HTTP/1.1 413") || answer === "").toBe(true);
  expect(sent.filter(({ answer }) => answer !== "").length).toBeGreaterThan(100);
  // at most 2 MiB are read and discarded, 16 of all together in a second; the kernel's buffers of both ends
  // take the rest
  expect(largest).toBeLessThan(24 * MiB);
  expect(most).toBeLessThan(64 * MiB);
  expect(countStatuses(load.outcomes)).toEqual({ 200: load.outcomes.length });
});

/** Longer than the limit of the headers (10 s) and the deadline of the publisher (5 s). */
const STOPPED_MS = 12_000;

test("a process that was stopped for 12 s answers 200 to all that it received before and meanwhile, and is ready", async () => {
  const [service] = gateway.ingest;
  const port = Number(new URL(service!.url).port);
  const connections = await Promise.all(Array.from({ length: 51 }, () => connectRaw(port)));
  // earlier connections are accepted once a later one is answered
  expect((await ask(port, { method: "GET", path: "/readyz" })).status).toBe(200);
  const bodies = Array.from({ length: 50 }, (_, n) => `{"type":"call.new","call_id":"stopped-${n}"}`);
  const bytes = bodies.map((body) => requestBytes({ body }));
  const [probing, ...senders] = connections;
  const half = (n: number) => Math.floor(bytes[n]!.length / 2);
  const isBefore = (n: number) => n % 3 === 0;
  // before the stop, a third of the requests is sent whole, half of each in another third, and nothing of the rest
  await Promise.all(
    senders.map((sender, n) => {
      if (isBefore(n)) return sender.send(bytes[n]!);
      return n % 3 === 1 ? sender.send(bytes[n]!.subarray(0, half(n))) : undefined;
    }),
  );
  service!.kill("SIGSTOP");
  try {
    await probing!.send(requestBytes({ method: "GET", path: "/readyz" }));
    await Promise.all(
      senders.map((sender, n) => {
        if (isBefore(n)) return undefined;
        return sender.send(n % 3 === 1 ? bytes[n]!.subarray(half(n)) : bytes[n]!);
      }),
    );
    await sleep(STOPPED_MS);
  } finally {
    service!.kill("SIGCONT");
  }
  const answers = await Promise.all(senders.map((sender) => sender.answer()));
  const statuses = Map.groupBy(answers, ({ status, body }) => (status === 200 ? "200" : body));
  expect([...statuses].map(([status, { length }]) => [status, length])).toEqual([["200", 50]]);
  const ready = await probing!.answer();
  expect([ready.status, ready.body]).toEqual([200, expect.any(String)]);
  for (const connection of connections) connection.close();
});

/** Sends a body of a gigabyte until the connection is cut off. Resolves when the connection has ended. */
function stream(socket: Socket, piece: Buffer): Promise<{ bytes: number; answer: string }> {
  let [bytes, answer] = [0, ""];
  socket.on("data", (chunk) => {
    answer += chunk;
  });
  socket.write(
    `POST /webhook HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${1024 * MiB}\r\n\r\n`,
  );
  const send = () => {
    while (!socket.destroyed && bytes < 1024 * MiB) {
      bytes += piece.length;
      if (!socket.write(piece)) return void socket.once("drain", send);
    }
  };
  send();
  return new Promise((resolve) => socket.once("close", () => resolve({ bytes, answer })));
}

/** Prints the figures if `FIGURES` is set. */
const report = (figures: Record<string, number>) => {
  if (process.env.FIGURES) process.stderr.write(`${JSON.stringify(figures)}\n`);
};
