import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import fc from "fast-check";
import type { Db } from "mongodb";
import { eventually } from "../eventually.ts";

/** A gateway without another sender. */
export type Target = {
  post(body: Buffer): Promise<{ status: number }>;
  db: Db;
  /** Number of records of all topics that are not stored yet. */
  lag(): Promise<number>;
};

export type Fuzzed = {
  /** Number of answers of each status. */
  statuses: Map<number, number>;
  seconds: number;
};

type Options = { count: number; seed: number };

/** Number of bodies that are generated at once: enough for all connections, and little memory. */
const AT_A_TIME = 1_000;
const CONNECTIONS = 48;
/**
 * Number of calls that share the events, so that each stays far below the number of events at which a call is no longer
 * folded.
 */
const CALLS = 5_000;

export const types = fc.constantFrom(
  "call.new",
  "call.on-going",
  "call.finished",
  "actor.paused",
  "dialer.attempt",
);
/** JSON texts that often break parsers, prototypes, databases and loggers. */
export const hostile = fc.oneof(
  fc.json({ maxDepth: 6 }),
  fc.json({ stringUnit: "binary" }),
  fc.nat(100).map((depth) => "[".repeat(depth) + "]".repeat(depth)),
  fc.nat(100).map((depth) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`),
  fc.constantFrom(
    "1e400",
    "-0",
    "9007199254740993",
    "123456789012345678901234567890.5",
    '"\\ud800"',
    '"\\u0000"',
    '{"__proto__":{"polluted":true}}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    '{"$where":"sleep(1000)","a.b":1,"_id":{"$ne":null},"":""}',
    '{"\\u0000":1,"\\ud800":2}',
    `"${"(a+)+$".repeat(100)}"`,
    '"\\u001b[31m\\r\\n"',
  ),
);
const names = fc.constantFrom(
  "timestamp",
  "code",
  "queue",
  "sid",
  "x",
  "type",
  "__proto__",
  "_id",
  "our_number",
  "actor",
  "url",
);
const members = fc.array(fc.tuple(names, hostile), { maxLength: 4 });
const event = fc
  .tuple(types, fc.nat(CALLS), hostile, members)
  .map(([type, call, key, more]) => {
    const extra = more.map(([name, value]) => `,"${name}":${value}`).join("");
    return `{"type":"${type}","call_id":"fuzz.${call}","actor":${key}${extra}}`;
  })
  .map((text) => Buffer.from(text));

/** An event with some bytes replaced, removed or inserted. */
const mutated = fc
  .tuple(event, fc.nat(), fc.nat(12), fc.uint8Array({ maxLength: 12 }))
  .map(([bytes, where, lost, put]) => {
    const at = where % (bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + lost)]);
  });
const random = fc.uint8Array({ maxLength: 500 }).map((bytes) => Buffer.from(bytes));
const strange = hostile.map((text) => Buffer.from(text));
const anyBody = fc.oneof(random, strange, { arbitrary: event, weight: 4 }, { arbitrary: mutated, weight: 3 });

const nameOf = (body: Uint8Array | string) => createHash("sha256").update(body).digest("hex");

/**
 * Sends this number of malformed and unusual bodies, the same for the same seed. Every body must be accepted
 * or refused, every 200 must be stored verbatim and nothing else, every 422 must be a dead letter, and the
 * projector must reach the end of the log. Rejects otherwise.
 */
export async function fuzzBodies(target: Target, { count, seed }: Options): Promise<Fuzzed> {
  const began = performance.now();
  const statuses = new Map<number, number>();
  const names = new Map<number, Set<string>>([200, 422].map((status) => [status, new Set()]));
  const send = async (body: Buffer) => {
    const { status } = await target.post(body);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
    names.get(status)?.add(nameOf(body));
  };
  for (let at = 0; at < count; at += AT_A_TIME) {
    const numRuns = Math.min(AT_A_TIME, count - at);
    await sendAll(fc.sample(anyBody, { numRuns, seed: seed + at }), send);
  }
  const odd = [...statuses.keys()].filter((status) => ![200, 400, 413, 422].includes(status));
  assert.deepEqual(odd, [], "every body is accepted or refused");
  // at a thousand events a second, the lowest rate measured here under other load, 100,000 take 100 s
  await eventually(async () => assert.equal(await target.lag(), 0, "every record is read"), 180_000);
  await demandStored(target, names.get(200)!);
  await demandFiled(target, names.get(422)!);
  return { statuses, seconds: (performance.now() - began) / 1000 };
}

async function sendAll(bodies: Buffer[], send: (body: Buffer) => Promise<void>): Promise<void> {
  const worker = async () => {
    for (let body = bodies.pop(); body; body = bodies.pop()) await send(body);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
}

async function demandStored({ db }: Target, accepted: Set<string>): Promise<void> {
  const missing = new Set(accepted);
  const invented: unknown[] = [];
  // one at a time and only the bodies, because there may be many
  for await (const { _id, payload } of db.collection("events").find({}, { projection: { payload: 1 } })) {
    const name = nameOf(payload);
    missing.delete(name);
    if (!accepted.has(name)) invented.push(_id);
  }
  assert.deepEqual([...missing].slice(0, 5), [], "every 200 is stored verbatim");
  assert.deepEqual(invented.slice(0, 5), [], "nothing else is stored");
}

/** Asserts that the dead letters are exactly the refused bodies. The id of a dead letter is the hash of its body. */
async function demandFiled({ db }: Target, refused: Set<string>): Promise<void> {
  const ids = await db
    .collection("dead_letters")
    .find({}, { projection: { _id: 1 } })
    .toArray();
  assert.deepEqual(
    ids.map(({ _id }) => String(_id)).sort(),
    [...refused].sort(),
    "every 422 is a dead letter",
  );
}
