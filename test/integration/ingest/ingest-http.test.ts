import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { OutcomeUnknown, Unavailable } from "@teravoz/domain";
import { expectRefusal } from "../../support/refusal.ts";
import { type IngestInProcess, startIngest } from "../../support/services/ingest-in-process.ts";
import { ask, connectRaw, type Request, requestBytes } from "../../support/traffic/raw-http.ts";

const CALL = '{"type":"call.new","call_id":"1463669263.30033","timestamp":"2026-01-01T00:00:00Z"}';

let ingest: IngestInProcess;
beforeEach(async () => {
  ingest = await startIngest();
});
afterEach(() => ingest.stop());

const post = (body: string | Uint8Array, more: Request = {}) => ask(ingest.port, { ...more, body });

test("a valid event is answered verbatim after it is acknowledged", async () => {
  let acknowledged = false;
  ingest.broker.take = async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    acknowledged = true;
  };
  const { status, headers, body } = await post(CALL);
  expect(acknowledged).toBe(true);
  expect([status, headers["content-type"]]).toEqual([200, "application/json; charset=utf-8"]);
  const { uuid } = ingest.published[0]!;
  expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  const data = `{"uuid":"${uuid}","aggregate_id":"1463669263.30033","event":${CALL}}`;
  expect(body).toBe(`{"status":"ok","data":${data}}`);
});

test.each([
  ["numbers beyond 2^53", '{"type":"call.new","call_id":"1","n":9007199254740993,"m":1e400}'],
  ["duplicate keys", '{"type":"call.new","call_id":"1","call_id":"2","a":1,"a":2}'],
  ["white space", ' {\r\n\t"type" : "call.new" ,\n "call_id": "1" } \n'],
  ["escapes, lone surrogates and NUL", '{"type":"call.new","call_id":"1","s":"\\ud800\\u0000\\u00e9é\\/"}'],
  ["__proto__ and $where", '{"type":"call.new","call_id":"1","__proto__":{"a":1},"$where":"1","a.b":[]}'],
  ["nesting of 64 levels", `{"type":"call.new","call_id":"1","a":${"[".repeat(63)}${"]".repeat(63)}}`],
])("an event with %s is returned and published exactly as it was sent", async (_what, sent) => {
  const { status, body } = await post(sent);
  expect(status).toBe(200);
  expect(body.endsWith(`"event":${sent}}}`)).toBe(true);
  expect(ingest.published.map(({ payload }) => payload)).toEqual([sent]);
});

test("a redelivery gets the same answer with the same uuid", async () => {
  const first = await post(CALL);
  expect((await post(CALL)).body).toBe(first.body);
  expect(new Set(ingest.published.map(({ uuid }) => uuid)).size).toBe(1);
  const other = await post(CALL.replace(",", ", "));
  expect(JSON.parse(other.body).data.uuid).not.toBe(JSON.parse(first.body).data.uuid);
});

test.each([
  ["not JSON", "{"],
  ["empty", ""],
  ["only white space", " \n"],
  ["two events", CALL + CALL],
  ["not UTF-8", Buffer.from([0x7b, 0xff, 0x7d])],
  ["UTF-8 behind a byte order mark", `\uFEFF${CALL}`],
  ["UTF-16", Buffer.from(CALL, "utf16le")],
  ["an array", `[${CALL}]`],
  ["a string", '"call.new"'],
  ["null", "null"],
  ["nested deeper than 64", `{"type":"call.new","call_id":"1","a":${"[".repeat(64)}${"]".repeat(64)}}`],
  ["nested 30,000 deep", `{"a":${"[".repeat(30_000)}${"]".repeat(30_000)}}`],
  ["JSON with a raw NUL", '{"type":"call.new","call_id":"\u0000"}'],
])("a body that is %s is refused with 400, and not kept", async (_what, body) => {
  const [error] = await expectRefusal(post(body), 400);
  expect(error!.path).toBe("");
  expect([ingest.published, ingest.parked]).toEqual([[], []]);
});

test.each([
  ["an unknown type", '{"type":"call.exploded","call_id":"1"}', "/type", "1"],
  ["no type", '{"call_id":"1"}', "/type", "1"],
  ["a type that every object has", '{"type":"toString","call_id":"1"}', "/type", "1"],
  ["no call_id", '{"type":"call.new"}', "/call_id", null],
  ["an empty call_id", '{"type":"call.new","call_id":""}', "/call_id", null],
  [
    "a call_id of 10,000 characters",
    `{"type":"call.new","call_id":"${"1".repeat(10_000)}"}`,
    "/call_id",
    null,
  ],
  ["a NUL in call_id", '{"type":"call.new","call_id":"1\\u0000"}', "/call_id", null],
  ["a call_id that is an object", '{"type":"call.new","call_id":{"$ne":null}}', "/call_id", null],
  ["no call or agent", '{"type":"actor.paused"}', "", null],
])("an event with %s is refused with 422 and the path, after it is kept", async (_what, body, path, key) => {
  const [error] = await expectRefusal(post(body), 422);
  expect(error!.path).toBe(path);
  expect(ingest.parked).toEqual([
    {
      body: Buffer.from(body),
      key,
      reason: "unprocessable",
      receivedAt: expect.any(Date),
      deliveryId: expect.any(String),
    },
  ]);
  expect(ingest.published).toEqual([]);
});

test("an event that should be refused but cannot be kept is answered 503, not 422", async () => {
  ingest.broker.take = () => Promise.reject(new Unavailable("away"));
  const answer = await post('{"type":"call.exploded"}');
  await expectRefusal(answer, 503);
  expect(answer.headers["retry-after"]).toBe("2");
});

test("while the broker is unavailable or its queue is full, the answer is 503 with Retry-After, at once", async () => {
  ingest.broker.take = () => Promise.reject(new Unavailable("5511999998888"));
  const began = performance.now();
  const answer = await post(CALL);
  // without a second try and before the deadline of five seconds
  expect(performance.now() - began).toBeLessThan(4_000);
  const [error] = await expectRefusal(answer, 503);
  expect(answer.headers["retry-after"]).toMatch(/^\d+$/);
  expect(error!.message).toBe("the event is not stored: send it again");
  ingest.broker.take = async () => {};
  expect((await post(CALL)).status).toBe(200);
});

test('an event that was handed to the broker but not acknowledged is answered 503 with "unknown", never with "not stored"', async () => {
  ingest.broker.take = () => Promise.reject(new OutcomeUnknown("5511999998888"));
  for (const body of [CALL, '{"type":"call.exploded","call_id":"1"}']) {
    const answer = await post(body);
    const [error] = await expectRefusal(answer, 503);
    expect(error!.message).toBe("it is unknown whether the event is stored: send it again");
    expect(answer.headers["retry-after"]).toBe("2");
  }
});

test("a bug is answered 500 and logged, both without details", async () => {
  ingest.broker.take = () => Promise.reject(new TypeError("cannot read 5511999998888"));
  const answer = await post(CALL);
  expect(await expectRefusal(answer, 500)).toEqual([{ path: "", message: "internal error" }]);
  expect(ingest.logged.map((line) => JSON.parse(line))).toMatchObject([
    { level: "error", msg: "request failed", err: { name: "TypeError" } },
  ]);
  expect(ingest.logged.join("")).not.toContain("5511999998888");
});

test("POST /webhook/ equals POST /webhook, and so does a path with additional slashes or escaped letters", async () => {
  const spellings = ["/webhook/", "/webhook/?token=x", "/webhook?", "//webhook", "/webhook//"];
  for (const path of [
    ...spellings,
    "/%77ebhook",
    "/webh%6Fok/",
    "/webh%6fok",
    "http://gateway.example/webhook/",
  ])
    expect((await post(CALL, { path })).status).toBe(200);
  expect(ingest.published).toHaveLength(9);
});

test("an unknown path is answered 404", async () => {
  const paths = [
    "/",
    "/Webhook",
    "/webhooks",
    "/webhook%2F",
    "/webhook/x",
    "/%77ebhook/x",
    "/webhook;x",
    "*",
  ];
  for (const path of paths) await expectRefusal(ask(ingest.port, { path, body: CALL }), 404);
  expect(ingest.published).toEqual([]);
});

test("a path that cannot be decoded is answered 400", async () => {
  for (const path of ["/%E0%A4%A", "/webhook%", "/%ff"])
    await expectRefusal(ask(ingest.port, { path, body: CALL }), 400);
});

const ALLOWED = "GET, HEAD, OPTIONS, POST";

test("a probe of the webhook (HEAD, OPTIONS, GET) is answered 2xx with Allow, and nothing is stored", async () => {
  for (const path of ["/webhook", "/webhook/", "/webhook?token=any"])
    for (const [method, status] of [
      ["HEAD", 200],
      ["OPTIONS", 204],
      ["GET", 200],
    ] as const) {
      const answer = await ask(ingest.port, { method, path, headers: { "Content-Type": "" } });
      expect([answer.status, answer.headers.allow]).toEqual([status, ALLOWED]);
    }
  const { headers, body } = await ask(ingest.port, { method: "GET" });
  expect([headers["content-type"], JSON.parse(body)]).toEqual([
    "application/json; charset=utf-8",
    { status: "ok", data: { accepts: "POST with Content-Type: application/json" } },
  ]);
  // a body in a GET is not an event
  expect((await ask(ingest.port, { method: "GET", body: CALL })).status).toBe(200);
  expect(ingest.published).toEqual([]);
});

test("any other method is answered 405, and the answer lists the allowed ones", async () => {
  for (const method of ["PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "MKCOL", "QUERY"]) {
    const answer = await ask(ingest.port, { method, body: CALL });
    await expectRefusal(answer, 405);
    expect(answer.headers.allow).toBe(ALLOWED);
  }
  const ready = await ask(ingest.port, { path: "/readyz" });
  expect([ready.status, ready.headers.allow]).toEqual([405, "GET, HEAD"]);
});

test("any type but plain JSON is answered 415", async () => {
  const types = [
    "",
    "text/plain",
    "application/x-www-form-urlencoded",
    "application/json2",
    "application/ld+json",
  ];
  for (const charset of ["utf-16", "utf-7", "iso-2022-jp", "gb18030", "ebcdic", "x"])
    types.push(`application/json; charset=${charset}`);
  for (const type of types) await expectRefusal(post(CALL, { headers: { "Content-Type": type } }), 415);
  for (const encoding of ["gzip", "br", "deflate", "GZIP", "identity, gzip", "x"])
    await expectRefusal(post(CALL, { headers: { "Content-Encoding": encoding } }), 415);
  expect(ingest.published).toEqual([]);
});

test.each([
  ["application/json;charset=UTF8"],
  ['application/json; charset="utf-8"'],
  ['application/json; charset=\\"utf-8\\"'],
  ["application/json; charset='utf-8'"],
  ["application/json;"],
  ["application/json; charset="],
  ["Application/JSON"],
  ["application/json; boundary=x"],
  ["application/json ;x=y ; charset = utf-8"],
])("an event is accepted with the Content-Type %s", async (type) => {
  expect((await post(CALL, { headers: { "Content-Type": type } })).status).toBe(200);
});

test("Content-Encoding: identity is accepted", async () => {
  expect((await post(CALL, { headers: { "Content-Encoding": "identity" } })).status).toBe(200);
});

test.each([
  "ISO-8859-1",
  "iso-8859-15",
  "ISO_8859-1",
  "latin1",
  "us-ascii",
  "ASCII",
  "ANSI_X3.4-1968",
  "windows-1252",
  "cp1252",
  "utf8mb4",
])(
  "a body that claims the charset %s is accepted if its bytes are UTF-8, and answered 400 otherwise",
  async (charset) => {
    const headers = { "Content-Type": `application/json; charset=${charset}` };
    const accented = CALL.replace("}", ',"name":"João"}');
    for (const body of [CALL, accented]) expect((await post(body, { headers })).status).toBe(200);
    expect(ingest.published.map(({ payload }) => payload)).toEqual([CALL, accented]);
    const [error] = await expectRefusal(post(Buffer.from(accented, "latin1"), { headers }), 400);
    expect(error!.message).toContain("UTF-8");
  },
);

test("each refusal leaves the connection usable for the next event", async () => {
  const refusals: [Request, number][] = [
    [{ body: "{" }, 400],
    [{ body: CALL, path: "/%ff" }, 400],
    [{ body: CALL, path: "/elsewhere" }, 404],
    [{ body: CALL, method: "PUT" }, 405],
    [{ body: CALL, headers: { "Content-Type": "text/plain" } }, 415],
    [{ body: '{"type":"call.exploded"}' }, 422],
  ];
  const connection = await connectRaw(ingest.port);
  for (const [request, status] of refusals) {
    await connection.send(requestBytes(request));
    await expectRefusal(connection.answer(), status);
    await connection.send(requestBytes({ body: CALL }));
    expect((await connection.answer()).status).toBe(200);
  }
  connection.close();
});
