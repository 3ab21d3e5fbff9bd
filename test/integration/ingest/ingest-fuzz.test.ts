import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import { hostile, types } from "../../support/fuzz/bodies.ts";
import { startIngest } from "../../support/services/ingest-in-process.ts";
import { ask, connectRaw, type RawConnection, requestBytes } from "../../support/traffic/raw-http.ts";

const BODIES = 2_000;
const SEED = 20_260_101;

let ingest: Awaited<ReturnType<typeof startIngest>>;
let connection: RawConnection;
beforeAll(async () => {
  ingest = await startIngest();
  connection = await connectRaw(ingest.port);
});
afterAll(async () => {
  connection.close();
  await ingest.stop();
});

const names = fc.constantFrom(
  "timestamp",
  "code",
  "queue",
  "sid",
  "x",
  "call_id",
  "type",
  "__proto__",
  "_id",
);
const members = fc.array(fc.tuple(names, hostile), { maxLength: 4 });
const event = fc
  .tuple(types, hostile, members)
  .map(([type, key, more]) => {
    const extra = more.map(([name, value]) => `,"${name}":${value}`).join("");
    return `{"type":"${type}","call_id":"1.${key.length}","actor":${key}${extra}}`;
  })
  .map((text) => Buffer.from(text));

/** An event with some bytes replaced, removed or inserted. */
const mutated = fc
  .tuple(event, fc.nat(), fc.nat(12), fc.uint8Array({ maxLength: 12 }))
  .map(([bytes, where, lost, put]) => {
    const at = where % (bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + lost)]);
  });
const random = fc.uint8Array({ maxLength: 3_000 }).map((bytes) => Buffer.from(bytes));
const strange = hostile.map((text) => Buffer.from(text));
const body = fc.oneof(random, strange, { arbitrary: event, weight: 3 }, { arbitrary: mutated, weight: 3 });

async function send(bytes: Buffer): Promise<number> {
  const published = ingest.published.length;
  const parked = ingest.parked.length;
  await connection.send(requestBytes({ body: bytes }));
  const answer = await connection.answer();
  expect([200, 400, 422]).toContain(answer.status);
  expect(ingest.published.length - published).toBe(answer.status === 200 ? 1 : 0);
  expect(ingest.parked.length - parked).toBe(answer.status === 422 ? 1 : 0);
  if (answer.status === 200) {
    expect(Buffer.from(ingest.published.at(-1)!.payload)).toEqual(bytes);
    expect(Buffer.from(answer.body).includes(bytes)).toBe(true);
  }
  if (answer.status === 422) expect(ingest.parked.at(-1)!.body).toEqual(bytes);
  if (answer.status !== 200) expect(JSON.parse(answer.body)).toMatchObject({ status: "error" });
  return answer.status;
}

test(`each of ${BODIES} random bodies is published verbatim, kept verbatim or refused`, async () => {
  const counts = new Map<number, number>();
  const check = async (bytes: Buffer) => {
    const status = await send(bytes);
    counts.set(status, (counts.get(status) ?? 0) + 1);
  };
  await fc.assert(fc.asyncProperty(body, check), { numRuns: BODIES, seed: SEED });
  // a fuzzer that meets only one answer would prove little
  for (const status of [200, 400, 422]) expect(counts.get(status)).toBeGreaterThan(BODIES / 20);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  expect(ingest.logged).toEqual([]);
  expect((await ask(ingest.port, { body: '{"type":"call.new","call_id":"1"}' })).status).toBe(200);
});
