import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Db } from "mongodb";
import { LONG } from "../support/long.ts";
import { expectStored, type Gateway, openGateway } from "../support/services/gateway.ts";
import { postAll } from "../support/traffic/sending.ts";
import {
  connectClient,
  type Envelope,
  type SocketClient,
  TRANSPORTS,
} from "../support/traffic/socket-clients.ts";
import { bodiesOfCalls } from "../support/traffic/traffic.ts";

const PAYLOADS = LONG ? 5_000 : 1_500;
const SEED = 20_260_101;
const CALLS = 100;
/**
 * An expression that backtracks over 5,000 letters takes hours. A query with an index takes under 5 ms on an
 * idle machine.
 */
const LONGEST_MS = 5_000;
/** The profile of 5,000 queries takes about 10 MB. */
const PROFILE_BYTES = 64 * 1024 * 1024;
/** Number of commands at once. A socket may have 1,000 waiting. */
const AT_ONCE = 50;

let gateway: Gateway;
const clients: SocketClient[] = [];
beforeAll(async () => {
  gateway = await openGateway();
  const bodies = bodiesOfCalls(CALLS);
  await postAll(gateway, bodies);
  await expectStored(gateway, bodies);
  for (const transport of TRANSPORTS) clients.push(await connectClient(transport, gateway.realtime[0]!.url));
});
afterAll(async () => {
  for (const client of clients) client.close();
  await gateway?.close();
});

const FIELDS = "id aggregate_id state queue actor our_number their_number code direction number search".split(
  " ",
);
const operand = fc.oneof(
  fc.constantFrom(null, "", 0, "x", "NEW", ".*", "(a+)+$", "this.queue != 'x'", "sleep(1000)||true"),
  fc.jsonValue({ maxDepth: 2 }),
);
const operators =
  "$ne $gt $gte $lt $in $nin $exists $regex $where $not $expr $or $eq $type $function $elemMatch".split(" ");
/** Objects that would act as an operator if a query contained them unchanged. */
const operation = fc
  .tuple(fc.constantFrom(...operators), operand)
  .map(([operator, value]) => ({ [operator]: value }));
const object = fc.oneof(
  operation,
  fc.array(fc.oneof(operation, operand), { maxLength: 3 }),
  fc.record({ $regex: fc.constantFrom("(a+)+$", ".*", "^"), $options: fc.constantFrom("i", "s") }),
  fc.record({
    _bsontype: fc.constantFrom("ObjectId", "Binary", "Code", "BSONRegExp"),
    code: operand,
    pattern: operand,
  }),
  fc.record({ length: fc.nat(), toString: operand, toBSON: operand, constructor: operand }),
);
/** Texts with a meaning in a regular expression, a query or a shell. They must match only themselves. */
const text = fc.constantFrom(
  ".*",
  "^",
  "$",
  "(a+)+$",
  `${"a".repeat(5_000)}!`,
  "/.*/i",
  "{$ne:null}",
  '{"$ne":null}',
  "$where",
  "$$ROOT",
  "' || '1'=='1",
  "'; return true; //",
  "\u0000",
  "__proto__",
  "constructor",
  "*",
  "%",
  "null",
  "undefined",
  "true",
  "NaN",
  "Infinity",
  "-0",
  "1e1000",
  "\ud800",
  "NEW\u0000",
  "new",
  "[object Object]",
  "ENTER\r\n",
  "9".repeat(400),
);
const field = fc.constantFrom(...FIELDS);
const strangeField = fc.oneof(
  fc.constantFrom(
    "$where",
    "$or",
    "$and",
    "$expr",
    "$comment",
    "state.$ne",
    "_id",
    "events",
    "payload",
    "overgrown",
  ),
  fc.constantFrom("__proto__", "constructor", "toString", "hasOwnProperty", ""),
);

type Attack = { event: string; data: unknown; params?: Record<string, unknown> };
const list = fc.constantFrom("ListCalls", "Subscribe");
const attack: fc.Arbitrary<Attack> = fc.oneof(
  fc.tuple(list, field, object).map(([event, name, value]) => withParams(event, { [name]: value })),
  fc.tuple(list, field, text).map(([event, name, value]) => withParams(event, { [name]: value })),
  fc
    .tuple(list, field, text, field, object)
    .map(([event, a, one, b, two]) => withParams(event, { [a]: one, [b]: two })),
  fc
    .tuple(list, strangeField, operand)
    .map(([event, name, value]) => withParams(event, ownProperty(name, value))),
  fc
    .tuple(list, fc.oneof(operation, text, fc.array(operand)))
    .map(([event, params]) => ({ event, data: { params } })),
  fc.tuple(list, operation).map(([event, limit]) => ({ event, data: { params: { state: "NONE" }, limit } })),
  fc
    .oneof(object, text)
    .map((cursor) => ({ event: "ListCalls", data: { params: { code: "none" }, cursor } })),
  fc.oneof(object, text).map((call_id) => ({ event: "ListCallEvents", data: { call_id } })),
  fc
    .tuple(list, strangeField, operand)
    .map(([event, name, value]) => ({ event, data: ownProperty(name, value) })),
);

const withParams = (event: string, params: Record<string, unknown>): Attack => ({
  event,
  data: { params },
  params,
});
/** Sets an own property, even if its name is __proto__. */
const ownProperty = (name: string, value: unknown): Record<string, unknown> =>
  JSON.parse(`{${JSON.stringify(name)}:${JSON.stringify(value) ?? null}}`);

/** Returns whether a param is set. Null and empty are a form's way to say "not set". */
const isSet = (value: unknown) => value !== null && value !== undefined && value !== "";
const isValue = (value: unknown) => ["string", "number", "boolean"].includes(typeof value);

/** Expects a refusal, or rows that equal the params. */
function expectNoMore({ event, data, params }: Attack, { status, data: rows }: Envelope): "Failed" | "equal" {
  const said = JSON.stringify({ event, data }).slice(0, 500);
  if (status === "Failed") return "Failed";
  expect([said, Array.isArray(rows)]).toEqual([said, true]);
  if (event === "ListCallEvents") {
    expect([said, rows.length]).toEqual([said, 0]);
    return "equal";
  }
  const set = Object.entries(params ?? {}).filter(([, value]) => isSet(value));
  // only empty values of a form under known names may filter nothing
  expect([said, Object.keys(params ?? {}).every((name) => FIELDS.includes(name))]).toEqual([said, true]);
  for (const [name, value] of set) {
    expect([said, isValue(value)]).toEqual([said, true]);
    for (const row of rows) expect([said, String(row[name])]).toEqual([said, String(value)]);
  }
  return "equal";
}

test(`${PAYLOADS} hostile params are refused or match only equal values, and no query reads more documents than it returns`, async () => {
  const { db } = gateway;
  await db.createCollection("system.profile", { capped: true, size: PROFILE_BYTES });
  await db.command({ profile: 2 });
  const outcomes = { Failed: 0, equal: 0 };
  const attacks = fc.sample(attack, { numRuns: PAYLOADS, seed: SEED });
  for (let at = 0; at < attacks.length; at += AT_ONCE) {
    const client = clients[(at / AT_ONCE) % clients.length]!;
    const some = attacks.slice(at, at + AT_ONCE);
    // answers arrive in the order of the commands of the same name
    const answers = await Promise.all(some.map(({ event, data }) => client.ask(event, data)));
    for (const [n, answer] of answers.entries()) outcomes[expectNoMore(some[n]!, answer)] += 1;
  }
  await db.command({ profile: 0 });
  // a fuzzer that gets only one kind of answer would prove little
  expect(outcomes.Failed).toBeGreaterThan(PAYLOADS / 4);
  expect(outcomes.equal).toBeGreaterThan(PAYLOADS / 10);
  await expectCheap(db);
  const { data: all } = await clients[0]!.ask("ListCalls", {});
  expect(all).toHaveLength(CALLS);
});

/**
 * Checks the database's profile of each query. Projectors and realtime make queries too, mostly of other
 * collections.
 */
async function expectCheap(db: Db): Promise<void> {
  const ofClients = { op: "query", ns: { $in: [`${db.databaseName}.calls`, `${db.databaseName}.events`] } };
  const queries = await db.collection("system.profile").find(ofClients).toArray();
  expect(queries.length).toBeGreaterThan(PAYLOADS / 10);
  const dear = queries.filter(({ planSummary, docsExamined, nreturned }) => {
    return planSummary.includes("COLLSCAN") || docsExamined > nreturned;
  });
  expect(dear.map(({ planSummary, command }) => [planSummary, JSON.stringify(command)])).toEqual([]);
  expect(Math.max(...queries.map(({ millis }) => millis))).toBeLessThan(LONGEST_MS);
}
