import { request } from "node:http";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ADMIN_TOKEN, ask, type Erasing, openErasing, untilClean } from "../support/erasing.ts";
import { openTopics, readTopic, type TestTopics } from "../support/kafka.ts";
import { quantile } from "../support/load.ts";

let opened: TestTopics;
let erasing: Erasing;
beforeAll(async () => {
  opened = await openTopics();
  erasing = await openErasing(opened);
});
afterAll(() => opened.close());

const tombstones = async () =>
  (
    await Promise.all(
      [opened.topics.callEvents, opened.topics.agentEvents].map((topic) => readTopic(opened, topic)),
    )
  )
    .flat()
    .map(({ key }) => String(key));
const ledger = () => erasing.db.collection("erased").countDocuments();

const DOORS = [
  ["DELETE", "/calls/1"],
  ["GET", "/calls/1/erasure"],
  ["DELETE", "/numbers/5511999998888"],
  ["GET", "/numbers/5511999998888/erasure"],
  ["DELETE", "/agents/ana"],
  ["GET", "/agents/ana/erasure"],
] as const;

test.each(DOORS)("%s %s is refused without the admin's token", async (method, path) => {
  for (const token of [null, "", "the-admin-toke", "the-admin-tokens", "THE-ADMIN-TOKEN"]) {
    const { status, headers, body } = await ask(erasing.url, method, path, token);
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toContain("Bearer");
    expect(body).toEqual({ status: "error", errors: [{ path: "", message: "missing or wrong token" }] });
  }
});

test("1,000 tries without the token erase nothing, and leave nothing in the ledger or the log", async () => {
  const [before, entries] = [await tombstones(), await ledger()];
  const tries = Array.from({ length: 1_000 }, (_, n) => {
    const path = [`/calls/${n}`, `/numbers/551190000${1_000 + n}`, `/agents/a${n}`][n % 3]!;
    return ask(erasing.url, "DELETE", path, n % 2 ? null : `guess-${n}`);
  });
  expect(new Set((await Promise.all(tries)).map(({ status }) => status))).toEqual(new Set([401]));
  expect([await tombstones(), await ledger()]).toEqual([before, entries]);
});

/** As a client may write it that does not tidy paths up. */
function askRaw(method: string, path: string): Promise<number> {
  const { hostname, port } = new URL(erasing.url);
  return new Promise((resolve, reject) => {
    const headers = { Authorization: `Bearer ${ADMIN_TOKEN}` };
    const sent = request({ hostname, port, path, method, headers }, (response) => {
      response.resume().once("end", () => resolve(response.statusCode!));
    });
    sent.once("error", reject).end();
  });
}

const HOSTILE = [
  "a/b",
  "..",
  ".",
  "%",
  "%2F",
  "ü😀",
  " ",
  "$where",
  "__proto__",
  "a?b=c#d",
  "x".repeat(128),
  '"\\',
  "{}",
];

test.each(HOSTILE)("a call_id of any characters is erased as it is: %j", async (id) => {
  const path = `/calls/${encodeURIComponent(id)}`;
  expect(await askRaw("DELETE", path)).toBe(202);
  expect(await askRaw("GET", `${path}/erasure`)).toBe(200);
  expect(await tombstones()).toContain(id);
});

test.each([
  ["DELETE", "/calls/%E0%A4%A", 400],
  ["DELETE", "/calls/a%00b", 400],
  ["DELETE", "/calls/a%0Ab", 400],
  ["DELETE", `/calls/${"x".repeat(129)}`, 400],
  ["DELETE", "/agents/%00tick", 400],
  ["DELETE", "/calls/%00tick", 400],
  ["DELETE", "/calls/", 404],
  ["DELETE", "/calls", 404],
  ["DELETE", "/calls/a/b", 404],
  ["DELETE", "/numbers/", 404],
  ["GET", "/calls/1", 405],
  ["POST", "/calls/1", 405],
  ["DELETE", "/calls/1/erasure", 405],
  ["PUT", "/numbers/5511999998888", 405],
])("%s %j is answered %i and erases nothing", async (method, path, status) => {
  const [before, entries] = [await tombstones(), await ledger()];
  expect(await askRaw(method, path)).toBe(status);
  expect([await tombstones(), await ledger()]).toEqual([before, entries]);
});

test.each([
  "1",
  "900",
  "1234567",
  "1234567890123456",
  "55119999a8888",
  ".*",
  "5511+99998888",
  "anonymous",
  "00000000",
  "266696687",
  "%2B%2B5511999998888",
])("what is no phone number is not searched for: %s", async (number) => {
  const { status, body } = await ask(erasing.url, "DELETE", `/numbers/${number}`);
  expect([status, body.errors]).toEqual([
    400,
    [{ path: "", message: expect.stringContaining("8 to 15 digits") }],
  ]);
});

test("a number is the same however it is written", async () => {
  expect((await ask(erasing.url, "DELETE", "/numbers/%2B5511999997777")).status).toBe(202);
  for (const spelt of ["5511999997777", "11999997777", "(11) 99999-7777", "011 9 9999 7777", "1199997777"])
    expect((await ask(erasing.url, "GET", `/numbers/${encodeURIComponent(spelt)}/erasure`)).status).toBe(200);
});

test.each(["?include=all", "?include=possible&include=possible", "?includes=possible", "?confirm"])(
  "an erasure with %s is refused, and erases nothing",
  async (query) => {
    const [before, entries] = [await tombstones(), await ledger()];
    const { status, body } = await ask(erasing.url, "DELETE", `/numbers/5511999997777${query}`);
    expect([status, body.errors]).toEqual([
      400,
      [{ path: expect.stringMatching(/^\/\w/), message: expect.any(String) }],
    ]);
    expect([await tombstones(), await ledger()]).toEqual([before, entries]);
  },
);

test("an id that is known and one that is not are answered alike, and in about the same time", async () => {
  erasing.project();
  const bodies = Array.from({ length: 50 }, (_, n) => `{"type":"call.new","call_id":"known-${n}"}`);
  await erasing.publish(bodies);
  const shapes = new Set<string>();
  const timeOf = async (id: string) => {
    const began = performance.now();
    const { status, body } = await ask(erasing.url, "DELETE", `/calls/${id}`);
    shapes.add(JSON.stringify([status, Object.keys(body), Object.keys(body.data)]));
    return performance.now() - began;
  };
  // in turn: whatever else keeps the machine busy slows both down alike
  const times = { known: [] as number[], unknown: [] as number[] };
  for (let n = 0; n < bodies.length; n += 1) {
    times.known.push(await timeOf(`known-${n}`));
    times.unknown.push(await timeOf(`unknown-${n}`));
  }
  for (const id of ["known-49", "unknown-49"]) await untilClean(erasing.url, `/calls/${id}`);
  expect(shapes.size).toBe(1);
  const [known, unknown] = [quantile(times.known, 0.5), quantile(times.unknown, 0.5)];
  expect(Math.max(known, unknown) / Math.min(known, unknown)).toBeLessThan(3);
}, 60_000);
