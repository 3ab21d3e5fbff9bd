import { once } from "node:events";
import type { Socket } from "node:net";
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { closeServer, LAST_ANSWER_MS, STOP_DEADLINE_MS } from "@teravoz/runtime";
import { eventually } from "../../support/eventually.ts";
import { expectRefusal } from "../../support/refusal.ts";
import { type IngestInProcess, startIngest } from "../../support/services/ingest-in-process.ts";
import {
  type Answer,
  ask,
  connectRaw,
  type RawConnection,
  requestBytes,
} from "../../support/traffic/raw-http.ts";

const CALL = '{"type":"call.new","call_id":"1463669263.30033","timestamp":"2026-01-01T00:00:00Z"}';
const LIMIT_BYTES = 64 * 1024;
const MiB = 1024 * 1024;

let ingest: IngestInProcess;
const started: IngestInProcess[] = [];
async function start(options: Parameters<typeof startIngest>[0] = {}): Promise<IngestInProcess> {
  const running = await startIngest(options);
  started.push(running);
  return running;
}
beforeEach(async () => {
  ingest = await start();
});
afterEach(() => Promise.all(started.splice(0).map((running) => running.stop())));

/** A valid event of exactly this number of bytes. */
const eventOf = (bytes: number) => `${CALL.slice(0, -1)},"x":"${"x".repeat(bytes - CALL.length - 7)}"}`;

/** Sends only these bytes and returns the answer. */
async function sendRaw(bytes: string | Uint8Array): Promise<Answer> {
  const connection = await connectRaw(ingest.port);
  await connection.send(bytes);
  const answer = await connection.answer();
  connection.close();
  return answer;
}

const chunk = (bytes: Uint8Array) =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
const beginChunked = (connection: RawConnection, headers: Record<string, string> = {}) =>
  connection.send(
    requestBytes({ headers: { "Content-Length": "", "Transfer-Encoding": "chunked", ...headers } }),
  );

test("a body of 64 KiB is accepted and one byte more is answered 413, with a declared length or without", async () => {
  const largest = eventOf(LIMIT_BYTES);
  expect((await ask(ingest.port, { body: largest })).status).toBe(200);
  expect(ingest.published[0]!.payload).toBe(largest);
  const declared = await ask(ingest.port, { body: eventOf(LIMIT_BYTES + 1) });
  await expectRefusal(declared, 413);
  expect(ingest.published.length).toBe(1);
  for (const [bytes, status] of [
    [LIMIT_BYTES, 200],
    [LIMIT_BYTES + 1, 413],
  ] as const) {
    const connection = await connectRaw(ingest.port);
    await beginChunked(connection);
    await connection.send(Buffer.concat([chunk(Buffer.from(eventOf(bytes))), Buffer.from("0\r\n\r\n")]));
    expect((await connection.answer()).status).toBe(status);
    connection.close();
  }
});

test("a sender of a body of two megabytes can send all of it and gets its 413", async () => {
  // the body was read to its end: the connection stays open for the next request (65 s in production)
  ingest.server.keepAliveTimeout = 100;
  const connection = await connectRaw(ingest.port);
  await connection.send(requestBytes({ headers: { "Content-Length": String(2 * MiB) } }));
  for (let piece = 0; piece < 32; piece += 1) {
    expect(await connection.send(Buffer.alloc(LIMIT_BYTES, "x"))).toBe(true);
    await new Promise(setImmediate);
  }
  await expectRefusal(await connection.answer(), 413);
  await connection.closed;
});

test("an endless body is cut off: of 64 MiB on offer a few are read, and none is kept in memory", async () => {
  const connection = await connectRaw(ingest.port);
  await beginChunked(connection);
  const piece = chunk(Buffer.alloc(MiB / 4, "x"));
  const before = process.memoryUsage();
  let sent = 0;
  let most = 0;
  while (sent < 64 * MiB && (await connection.send(piece))) {
    sent += piece.length;
    most = Math.max(most, process.memoryUsage().arrayBuffers - before.arrayBuffers);
  }
  // a sender that never reads may be reset before it has read its answer
  const answer = await connection.answer().catch(() => null);
  if (answer) await expectRefusal(answer, 413);
  // the kernel's buffers of both ends, and the 2 MiB that are read and discarded
  expect(sent).toBeLessThan(24 * MiB);
  expect(most).toBeLessThan(16 * MiB);
  expect((await ask(ingest.port, { body: CALL })).status).toBe(200);
});

test("a wrong token is refused at once, and the connection of an endless body is cut off", async () => {
  const guarded = await start({ tokens: ["right-token"] });
  const connection = await connectRaw(guarded.port);
  await beginChunked(connection, { Authorization: "Bearer wrong-token" });
  // the body never ends: an ingest that read it first would answer 408 after 15 s
  await expectRefusal(await connection.answer(), 401);
  // Node alone would read the body for as long as it arrives
  const piece = chunk(Buffer.alloc(MiB / 4, "x"));
  let sent = 0;
  while (sent < 64 * MiB && (await connection.send(piece))) sent += piece.length;
  expect(sent).toBeLessThan(24 * MiB);
  await connection.closed;
});

test("a sender that is refused after its whole body can send its next request on the same connection", async () => {
  const guarded = await start({ tokens: ["right-token"] });
  const connection = await connectRaw(guarded.port);
  const headers = { Authorization: "Bearer wrong-token" };
  await connection.send(requestBytes({ headers: { ...headers, "Content-Length": String(CALL.length) } }));
  await expectRefusal(await connection.answer(), 401);
  await connection.send(CALL);
  await connection.send(requestBytes({ body: CALL, headers: { Authorization: "Bearer right-token" } }));
  expect((await connection.answer()).status).toBe(200);
  connection.close();
});

test("a probe whose body never ends is answered, and its connection is cut off", async () => {
  const connection = await connectRaw(ingest.port);
  const headers = { "Content-Length": "", "Transfer-Encoding": "chunked" };
  await connection.send(requestBytes({ method: "GET", headers }));
  expect((await connection.answer()).status).toBe(200);
  const piece = chunk(Buffer.alloc(MiB / 4, "x"));
  let sent = 0;
  while (sent < 64 * MiB && (await connection.send(piece))) sent += piece.length;
  expect(sent).toBeLessThan(24 * MiB);
  await connection.closed;
});

test("a sender that ends its side after the body gets its answer, and then the connection ends", async () => {
  let acknowledge = null as (() => void) | null;
  ingest.broker.take = () =>
    new Promise<void>((resolve) => {
      acknowledge = resolve;
    });
  const accepted = once(ingest.server, "connection");
  const connection = await connectRaw(ingest.port, { clings: true });
  const [socket] = (await accepted) as [Socket];
  await connection.send(requestBytes({ body: CALL }));
  const ends = once(socket, "end");
  connection.endSending();
  // the end of the sender's side arrives before the broker acknowledges the event
  await ends;
  await eventually(() => expect(acknowledge).not.toBeNull());
  acknowledge!();
  expect((await connection.answer()).status).toBe(200);
  await connection.closed;
  expect(ingest.published).toHaveLength(1);
});

test("a sender that ends its side gets the answers to all its requests, and to a refused one too", async () => {
  const connection = await connectRaw(ingest.port, { clings: true });
  await connection.send(Buffer.concat([CALL, "{", CALL].map((body) => requestBytes({ body }))));
  connection.endSending();
  for (const status of [200, 400, 200]) expect((await connection.answer()).status).toBe(status);
  await connection.closed;
  const wrong = await connectRaw(ingest.port, { clings: true });
  await wrong.send(requestBytes({ path: "/elsewhere", body: CALL }));
  wrong.endSending();
  await expectRefusal(wrong.answer(), 404);
  await wrong.closed;
});

test("a sender that ends its side in the middle of a body gets 400, and nothing is stored", async () => {
  const connection = await connectRaw(ingest.port, { clings: true });
  await connection.send(requestBytes({ headers: { "Content-Length": "100" }, body: CALL.slice(0, 50) }));
  connection.endSending();
  await expectRefusal(connection.answer(), 400);
  await connection.closed;
  expect(ingest.published).toEqual([]);
});

test("a stop does not wait for connections that are silent or have sent half of a request", async () => {
  // the service itself waits longer for its last answers, and still stops before its deadline
  expect(LAST_ANSWER_MS).toBeLessThan(STOP_DEADLINE_MS);
  const connections = [await connectRaw(ingest.port), await connectRaw(ingest.port)];
  await connections[1]!.send("POST /webhook HTTP/1.1\r\nHost: x\r\nX-Slow: ");
  await closeServer(ingest.server, 500);
  await Promise.all(connections.map(({ closed }) => closed));
});

test("a sender that waits for 100 Continue gets it, and its event is accepted", async () => {
  const connection = await connectRaw(ingest.port);
  const headers = { Expect: "100-continue", "Content-Length": String(CALL.length) };
  await connection.send(requestBytes({ headers }));
  expect((await connection.answer()).status).toBe(100);
  await connection.send(CALL);
  expect((await connection.answer()).status).toBe(200);
  connection.close();
});

test("an offer to upgrade the protocol is ignored, and the request gets its normal answer", async () => {
  for (const [upgrade, connection] of [
    ["h2c", "Upgrade, HTTP2-Settings"],
    ["websocket", "Upgrade"],
    ["TLS/1.2", "upgrade"],
  ] as const) {
    const headers = { Upgrade: upgrade, Connection: connection, "HTTP2-Settings": "AAMAAABkAAQAAP__" };
    expect((await ask(ingest.port, { body: CALL, headers })).status).toBe(200);
    expect((await ask(ingest.port, { method: "GET", path: "/livez", headers })).status).toBe(200);
  }
  expect(ingest.published).toHaveLength(3);
});

test("an unknown expectation is answered 417", async () => {
  await expectRefusal(await ask(ingest.port, { body: CALL, headers: { Expect: "miracles" } }), 417);
});

test("headers over 16 KiB are answered 431", async () => {
  for (const bytes of [17 * 1024, 200 * 1024])
    await expectRefusal(
      await sendRaw(requestBytes({ body: CALL, headers: { "X-Long": "x".repeat(bytes) } })),
      431,
    );
  expect((await ask(ingest.port, { body: CALL, headers: { "X-Long": "x".repeat(15_000) } })).status).toBe(
    200,
  );
});

test.each([
  ["garbage", "\u0000\u0001garbage\r\n\r\n"],
  ["a TLS hello", Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00])],
  ["an unknown method", "EXPLODE /webhook HTTP/1.1\r\nHost: x\r\n\r\n"],
  ["a header without a colon", "POST /webhook HTTP/1.1\r\nHost x\r\n\r\n"],
  ["two lengths", requestBytes({ headers: { "Content-Length": "5", "content-length": "6" }, body: CALL })],
  [
    "a length and chunks",
    requestBytes({ headers: { "Transfer-Encoding": "chunked", "Content-Length": "5" }, body: "0\r\n\r\n" }),
  ],
  ["no Host", requestBytes({ headers: { Host: "" }, body: CALL })],
  ["CONNECT", "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n"],
])(
  "a malformed request (%s) is answered 400 in the common shape, and the connection ends",
  async (_what, bytes) => {
    const connection = await connectRaw(ingest.port);
    await connection.send(bytes);
    const answer = await connection.answer();
    await expectRefusal(answer, 400);
    expect(answer.headers.connection).toBe("close");
    await connection.closed;
    expect(ingest.published).toEqual([]);
  },
);

test("a refused sender that continues to send still gets the reason", async () => {
  const connection = await connectRaw(ingest.port, { clings: true });
  for (let piece = 0; piece < 200; piece += 1) {
    expect(await connection.send("garbage\r\n\r\n".repeat(100))).toBe(true);
    await new Promise(setImmediate);
  }
  await expectRefusal(connection.answer(), 400);
  connection.close();
});

test("a broken chunk is answered 400", async () => {
  const connection = await connectRaw(ingest.port);
  await beginChunked(connection);
  await connection.send("not hex\r\n");
  await expectRefusal(await connection.answer(), 400);
});

test("a refused connection that its client keeps open is closed", async () => {
  const connection = await connectRaw(ingest.port, { clings: true });
  await connection.send("garbage\r\n\r\n");
  await expectRefusal(await connection.answer(), 400);
  await eventually(async () => expect(await connectionsOf(ingest.server)).toBe(0));
});

const connectionsOf = (server: typeof ingest.server) =>
  new Promise<number>((resolve) => server.getConnections((_error, count) => resolve(count)));

test("headers or a body that do not arrive in time are answered 408", async () => {
  // the real limits are 10 s and 15 s; connections are checked every 2 s
  ingest.server.headersTimeout = 100;
  ingest.server.requestTimeout = 200;
  const slow = [
    "POST /webhook HTTP/1.1\r\nHost: x\r\n",
    requestBytes({ headers: { "Content-Length": "100" } }),
  ];
  const answers = await Promise.all(slow.map(sendRaw));
  for (const answer of answers) await expectRefusal(answer, 408);
});

test("the server has the limits of a connection", () => {
  const { headersTimeout, requestTimeout, keepAliveTimeout } = ingest.server;
  expect([headersTimeout, requestTimeout, keepAliveTimeout]).toEqual([10_000, 15_000, 65_000]);
});

test("a request that arrived while the process was stopped is answered, though its connection was idle for too long", async () => {
  ingest.server.keepAliveTimeout = 100;
  const connection = await connectRaw(ingest.port);
  await connection.send(requestBytes({ body: CALL }));
  expect((await connection.answer()).status).toBe(200);
  await connection.send(requestBytes({ body: CALL }));
  // longer than the limit plus the second that Node adds to it
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2_500);
  expect((await connection.answer()).status).toBe(200);
  // after that the idle limit ends it
  await connection.closed;
});

test.each(["close", "reset"] as const)(
  "a sender that disconnects (%s) leaves no open connection, event or log line",
  async (end) => {
    const printed = jest.spyOn(console, "error").mockImplementation(() => {});
    for (const length of ["1000", "1000000"]) {
      const connection = await connectRaw(ingest.port);
      await connection.send(requestBytes({ headers: { "Content-Length": length } }));
      await connection.send("{".repeat(length === "1000" ? 500 : 100_000));
      connection[end]();
    }
    await eventually(async () => expect(await connectionsOf(ingest.server)).toBe(0));
    expect((await ask(ingest.port, { body: CALL })).status).toBe(200);
    expect(ingest.published).toHaveLength(1);
    expect(ingest.logged.filter((line) => !line.includes('"level":"debug"'))).toEqual([]);
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
  },
);

test("events pipelined on one connection are answered in order", async () => {
  const connection = await connectRaw(ingest.port);
  const bodies = Array.from({ length: 20 }, (_, n) => `{"type":"call.new","call_id":"${n}"}`);
  await connection.send(Buffer.concat(bodies.map((body) => requestBytes({ body }))));
  for (const body of bodies) expect((await connection.answer()).body).toContain(body);
  connection.close();
});

test("a connection that pipelines more requests than may be open is ended, and others continue", async () => {
  const small = await start({ maxOpen: 50 });
  let answer = () => {};
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let asked = 0;
  small.broker.take = () => {
    asked++;
    return held;
  };
  const bodies = (count: number) =>
    Buffer.concat(Array.from({ length: count }, () => requestBytes({ body: CALL })));
  const patient = await connectRaw(small.port);
  await patient.send(bodies(10));
  await eventually(() => expect(asked).toBe(10));
  const greedy = await connectRaw(small.port);
  await greedy.send(bodies(100));
  await greedy.closed;
  answer();
  for (let n = 0; n < 10; n++) expect((await patient.answer()).status).toBe(200);
  // the open requests of the ended connection no longer count
  await patient.send(bodies(45));
  for (let n = 0; n < 45; n++) expect((await patient.answer()).status).toBe(200);
  patient.close();
});

test("a burst of 1,000 equal events at once is accepted whole, each with the same answer", async () => {
  const answers = await Promise.all(Array.from({ length: 1_000 }, () => ask(ingest.port, { body: CALL })));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  expect(ingest.published).toHaveLength(1_000);
});
