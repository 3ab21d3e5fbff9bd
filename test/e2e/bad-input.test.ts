import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { noteSeed } from "../runner/failures.ts";
import { eventually } from "../support/eventually.ts";
import { fuzzBodies } from "../support/fuzz/bodies.ts";
import { fuzzPackets } from "../support/fuzz/packets.ts";
import { LONG } from "../support/long.ts";
import { type Answer, type Gateway, openGateway } from "../support/services/gateway.ts";
import { readTopic } from "../support/stack/kafka.ts";
import { connectClient } from "../support/traffic/socket-clients.ts";

/** Number of fuzzed bodies, and of fuzzed packets. */
const COUNT = LONG ? 100_000 : 2_000;
const SEED = noteSeed("FUZZ_SEED", Number(process.env.FUZZ_SEED ?? 20_260_101));
/** Number of forged webhooks. A tenth is enough, because each gets the same answer. */
const FORGED = Math.ceil(COUNT / 10);
/** Number of random bodies of known types. */
const RANDOM = LONG ? 2_000 : 500;
/** An idle machine takes well under a minute for either. A busy one gets many times that. */
const LIMIT_MS = 120_000 + COUNT * 10;

const TOKEN = "webhook-token-of-the-test";
const PERSONAL = ["5511987654321", "ana.secret@example.com", "123.456.789-09"];
const auth = { Authorization: `Bearer ${TOKEN}` };

let gateway: Gateway;
let pids: number[];
const allServices = () => [...gateway.ingest, ...gateway.projector, ...gateway.realtime];
beforeAll(async () => {
  gateway = await openGateway({ env: { WEBHOOK_TOKEN: TOKEN } });
  pids = allServices().map(({ pid }) => pid);
});
afterAll(() => gateway?.close());

const FORGERIES: ((n: number) => Record<string, string>)[] = [
  () => ({}),
  (n) => ({ Authorization: `Bearer forged-${n}` }),
  (n) => ({ Authorization: `Basic ${Buffer.from(`teravoz:${n}`).toString("base64")}` }),
  () => ({ Authorization: `Bearer ${TOKEN.slice(0, -1)}` }),
  () => ({ Authorization: `Bearer ${TOKEN}x` }),
  () => ({ Authorization: `bearer  ${TOKEN.toUpperCase()}` }),
  () => ({ Authorization: "Bearer" }),
  () => ({ Authorization: TOKEN }),
];

test(
  `${FORGED} forged webhooks are refused and written to no topic`,
  async () => {
    const statuses = new Set<number>();
    let next = 0;
    const worker = async () => {
      for (let n = next++; n < FORGED; n = next++) {
        const body = `{"type":"call.standby","call_id":"forged.${n}"}`;
        statuses.add((await gateway.post(body, FORGERIES[n % FORGERIES.length]!(n))).status);
      }
    };
    await Promise.all(Array.from({ length: 32 }, worker));
    expect([...statuses]).toEqual([401]);
    const { serviceStatus, ...others } = gateway.opened.topics;
    const read = Object.values(others).map(async (topic) => {
      // the daily ticks have no value
      const records = (await readTopic(gateway.opened, topic)).filter(({ value }) => value !== null);
      expect([topic, records.length]).toEqual([topic, 0]);
    });
    await Promise.all(read);
    // services report their status at their start and every ten seconds: only these records may be here
    for (const { key, value } of await readTopic(gateway.opened, serviceStatus)) {
      const { service, instance } = await gateway.opened.codec.decodeStatus(value!);
      expect(allServices().map(({ kind, pid }) => `${kind} ${pid}`)).toContain(
        `${service} ${instance.split("-").at(-1)}`,
      );
      expect(String(key)).toBe(`${service}/${instance}`);
    }
  },
  LIMIT_MS,
);

test(
  `each of ${COUNT} fuzzed bodies is stored verbatim, kept as a dead letter, or refused`,
  async () => {
    const target = { ...gateway, post: (body: Buffer) => gateway.post(body, auth) };
    const { statuses } = await fuzzBodies(target, { count: COUNT, seed: SEED });
    // a fuzzer that meets only one answer would prove little
    for (const status of [200, 400, 422]) expect(statuses.get(status)).toBeGreaterThan(COUNT / 20);
  },
  LIMIT_MS,
);

test(
  `after ${COUNT} fuzzed packets on a hundred sockets realtime still serves clients`,
  async () => {
    const { packets } = await fuzzPackets(gateway.realtime[0]!.url, { count: COUNT, seed: SEED });
    expect(packets).toBeGreaterThanOrEqual(COUNT);
  },
  LIMIT_MS,
);

describe("handwritten bodies", () => {
  /** The payloads that the fuzzed bodies above have left. */
  let fuzzed: Set<string>;
  /** The bodies acknowledged since then. */
  const stored: string[] = [];
  beforeAll(async () => {
    fuzzed = new Set((await gateway.events()).map(({ payload }) => payload));
  });

  const call = (fields: string) =>
    `{"type":"call.new","call_id":"bad.${stored.length}","their_number":"${PERSONAL[0]}","actor":"${PERSONAL[1]}","cpf":"${PERSONAL[2]}",${fields}}`;
  const errorsOf = ({ body }: Answer) => JSON.parse(body);

  async function expectRefused(body: string | Buffer, status: number, headers: Record<string, string> = {}) {
    const answer = await gateway.post(body, { ...auth, ...headers });
    expect([status, errorsOf(answer)]).toEqual([
      answer.status,
      { status: "error", errors: [{ path: expect.any(String), message: expect.any(String) }] },
    ]);
  }

  test.each([
    ["text that is not JSON", "hello"],
    ["an empty body", ""],
    ["an array", "[]"],
    ["a number", "1"],
    ["cut-off JSON", '{"type":"call.new"'],
    ["deep nesting", `${"[".repeat(30_000)}`],
    [
      "deep but closed nesting",
      `{"type":"call.new","call_id":"1","a":${"[".repeat(10_000)}${"]".repeat(10_000)}}`,
    ],
    ["a NUL outside of a string", '{"type":"call.new",\u0000"call_id":"1"}'],
  ])("%s is refused with 400", async (_name, body) => {
    await expectRefused(body, 400);
  });

  /** The bodies refused with 422 so far. */
  const unprocessable: string[] = [];

  test.each([
    ["no type", '{"call_id":"1"}'],
    ["an unknown type", '{"type":"call.imagined","call_id":"1"}'],
    ["a type that is not a string", '{"type":{"$ne":""},"call_id":"1"}'],
    ["no call_id", '{"type":"call.new"}'],
    ["an empty call_id", '{"type":"call.new","call_id":""}'],
    ["a 10,000-character call_id", `{"type":"call.new","call_id":"${"7".repeat(10_000)}"}`],
    ["an object as call_id", '{"type":"call.new","call_id":{"$gt":""}}'],
    ["a lone surrogate as call_id", '{"type":"call.new","call_id":"\\udfff"}'],
    ["a type in its prototype only", '{"__proto__":{"type":"call.new"},"call_id":"1"}'],
  ])("%s is refused with 422", async (_name, body) => {
    await expectRefused(body, 422);
    unprocessable.push(body);
  });

  test("every body refused with 422 is kept in dead-letters before the answer", async () => {
    const deadLetters = await readTopic(gateway.opened, gateway.opened.topics.deadLetters);
    expect(deadLetters.map(({ value }) => value?.toString())).toEqual(expect.arrayContaining(unprocessable));
  });

  test("a body that is too large, of another type or compressed is refused by its headers", async () => {
    await expectRefused(Buffer.alloc(1024 * 1024, "x"), 413);
    await expectRefused("{}", 415, { "Content-Type": "text/plain" });
    await expectRefused("{}", 415, { "Content-Encoding": "gzip" });
  });

  test("a request without the token is refused", async () => {
    const answer = await gateway.post(call('"x":1'));
    expect([answer.status, answer.headers["www-authenticate"]]).toEqual([
      401,
      expect.stringContaining("Bearer"),
    ]);
  });

  test.each([
    [
      "__proto__, constructor and dotted keys",
      '"__proto__":{"x":1},"constructor":{"prototype":{}},"a.b":1,"$where":"1"',
    ],
    ["NUL and lone surrogates in strings", '"a":"\\u0000\\ud800","b\\u0000":1'],
    ["huge numbers", '"a":1e400,"b":9007199254740993,"c":-0,"queue":12345678901234567890'],
    ["duplicate keys", '"code":"1","code":"2","code":null'],
    ["wrong types everywhere", '"timestamp":{},"queue":[],"direction":7,"our_number":null,"actor":true'],
    ["64 levels", `"a":${"[".repeat(62)}${"]".repeat(62)}`],
    ["white space and a bare escape", ' "a" : "\\/" \n, "b" :\t"é\u2028" '],
  ])("%s are stored verbatim", async (_name, fields) => {
    const body = call(fields);
    const answer = await gateway.post(body, auth);
    expect([answer.status, answer.body.includes(body)]).toEqual([200, true]);
    stored.push(body);
  });

  test(`${RANDOM} random bodies are stored verbatim or refused, none gets a 5xx, and the projector keeps up`, async () => {
    const fields = fc.dictionary(
      fc.string({ unit: "binary", maxLength: 20 }),
      fc.jsonValue({ noUnicodeString: false }),
      { maxKeys: 6 },
    );
    const known = fc.record(
      {
        type: fc.constantFrom("call.new", "call.waiting", "actor.left"),
        call_id: fc.constantFrom("f1", "f2", "f3"),
        timestamp: fc.anything(),
      },
      { requiredKeys: ["type", "call_id"] },
    );
    const bodies = fc.sample(
      fc.tuple(fields, known).map(([random, event]) => JSON.stringify({ ...random, ...event })),
      { numRuns: RANDOM, seed: 42 },
    );
    const answers = await Promise.all(
      bodies.map(async (body) => ({ body, status: (await gateway.post(body, auth)).status })),
    );
    expect(
      [...new Set(answers.map(({ status }) => status))].filter(
        (status) => ![200, 400, 413, 422].includes(status),
      ),
    ).toEqual([]);
    stored.push(...answers.filter(({ status }) => status === 200).map(({ body }) => body));
    expect(stored.length).toBeGreaterThan(RANDOM / 2);
    const count = () => gateway.db.collection("events").countDocuments();
    const expected = fuzzed.size + new Set(stored).size;
    // a body without a stamp may be stored again in the next slot of ten minutes; none is missing or altered
    await eventually(async () => {
      expect(await count()).toBeGreaterThanOrEqual(expected);
      const events = await gateway.events();
      const others = events.map(({ payload }) => payload).filter((payload) => !fuzzed.has(payload));
      expect(new Set(others)).toEqual(new Set(stored));
    });
  });

  test("a client reads the hostile events as they were sent", async () => {
    const client = await connectClient("websocket", gateway.realtime[0]!.url);
    await client.ask("ListCallEvents", { call_id: JSON.parse(stored[0]!).call_id });
    expect(client.texts.at(-1)).toContain(stored[0]);
    client.close();
  });
});

test("every service is still running, and no number, e-mail or document was logged", async () => {
  for (const service of allServices()) await service.ready();
  expect(allServices().map(({ pid }) => pid)).toEqual(pids);
  const logs = join(gateway.dir, "logs");
  const text = readdirSync(logs)
    .map((name) => readFileSync(join(logs, name), "utf8"))
    .join("\n");
  expect(text).toContain("started");
  expect(PERSONAL.filter((value) => text.includes(value))).toEqual([]);
  expect(text).not.toContain(TOKEN);
  expect(text).not.toContain("unhandledRejection");
});
