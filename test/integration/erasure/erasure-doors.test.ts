import { spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { eventually } from "../../support/eventually.ts";
import { ADMIN_TOKEN, ask, type Erasing, openErasing, untilClean } from "../../support/services/erasing.ts";
import { openTopics, readTopic, type TestTopics } from "../../support/stack/kafka.ts";
import { quantile } from "../../support/traffic/load.ts";

const ROOT = join(import.meta.dirname, "../../..");

let opened: TestTopics;
let erasing: Erasing;
beforeAll(async () => {
  opened = await openTopics();
  erasing = await openErasing(opened);
});
afterAll(() => opened.close());

/** One consumer for all tests that need it. A second one would take over some of its partitions. */
let isProjecting = false;
const project = () => {
  if (!isProjecting) erasing.project();
  isProjecting = true;
};

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
  ["POST", "/numbers/5511999998888/erasure/preview"],
  ["GET", "/numbers/5511999998888/erasure/preview"],
  ["POST", "/agents/ana/erasure/preview"],
  ["POST", "/calls/1/erasure/preview"],
] as const;

test.each(DOORS)("%s %s is answered with no-store, with the token and without", async (method, path) => {
  // numbers and names that no other test uses
  const own = path.replace("5511999998888", "5511999990009").replace("/1", "/own").replace("ana", "own");
  for (const token of [ADMIN_TOKEN, null]) {
    const { headers } = await ask(erasing.url, method, own, token);
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  }
});

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

/** Sends a path unchanged, as a client that does not normalize paths does. */
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

test.each(HOSTILE)("a call_id of any characters is erased unchanged: %j", async (id) => {
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
])("an erasure is refused if its number is not a phone number: %s", async (number) => {
  const { status, body } = await ask(erasing.url, "DELETE", `/numbers/${number}`);
  expect([status, body.errors]).toEqual([
    400,
    [{ path: "", message: expect.stringContaining("8 to 15 digits") }],
  ]);
});

test("every spelling of a number finds the same receipt", async () => {
  expect((await ask(erasing.url, "DELETE", "/numbers/%2B5511999997777")).status).toBe(202);
  for (const spelt of ["5511999997777", "11999997777", "(11) 99999-7777", "011 9 9999 7777", "1199997777"])
    expect((await ask(erasing.url, "GET", `/numbers/${encodeURIComponent(spelt)}/erasure`)).status).toBe(200);
});

test.each([
  "?confirm=-1",
  "?confirm=1.5",
  "?confirm=1&confirm=2",
  "?include=all",
  "?include=possible&include=possible",
  "?includes=possible",
  "?confirm",
])("an erasure with %s is refused, and erases nothing", async (query) => {
  const [before, entries] = [await tombstones(), await ledger()];
  const { status, body } = await ask(erasing.url, "DELETE", `/numbers/5511999997777${query}`);
  expect([status, body.errors]).toEqual([
    400,
    [{ path: expect.stringMatching(/^\/\w/), message: expect.any(String) }],
  ]);
  expect([await tombstones(), await ledger()]).toEqual([before, entries]);
});

const untilPreviewed = (path: string) =>
  eventually(async () => {
    const { body } = await ask(erasing.url, "GET", `${path}/erasure/preview`);
    if (body.data?.state !== "done") throw new Error(`the preview is ${JSON.stringify(body)}`);
    return body.data.result;
  }, 30_000);
const preview = async (path: string) => {
  const asked = await ask(erasing.url, "POST", `${path}/erasure/preview`);
  expect([asked.status, asked.headers.get("location")]).toEqual([202, `${path}/erasure/preview`]);
  return untilPreviewed(path);
};
const callsOf = (their_number: string, count: number, more = {}) =>
  Array.from({ length: count }, (_, n) =>
    JSON.stringify({ type: "call.new", call_id: `${their_number}-${n}`, their_number, ...more }),
  );
const untilCalls = (count: number) =>
  eventually(async () => expect(await erasing.db.collection("calls").countDocuments()).toBe(count), 30_000);

test("a preview counts the calls of the number, lists the possible ones and erases nothing", async () => {
  project();
  const before = await erasing.db.collection("calls").countDocuments();
  const number = "5511988880001";
  const possible = JSON.stringify({ type: "call.new", call_id: "possible", code: "11988880001" });
  await erasing.publish([...callsOf(number, 2), callsOf(number, 1, { sid: "again" })[0]!, possible]);
  await untilCalls(before + 3);
  expect((await ask(erasing.url, "GET", `/numbers/${number}/erasure/preview`)).status).toBe(404);
  const ledgerBefore = await ledger();
  const result = await preview(`/numbers/${number}`);
  expect(result).toMatchObject({
    calls: 2,
    events: 3,
    dead_letters: 0,
    all: before + 3,
    share: 2 / (before + 3),
    is_ours: false,
    confirm: null,
    possible: [{ kind: "call", key: "possible" }],
    possible_total: 1,
  });
  expect(Date.parse(result.first_at)).toBeLessThanOrEqual(Date.parse(result.last_at));
  expect(await untilPreviewed(`/numbers/${encodeURIComponent("(11) 98888-0001")}`)).toEqual(result);
  expect(await preview(`/calls/${number}-0`)).toMatchObject({ calls: 1, events: 2, possible: [] });
  expect(await preview("/calls/unknown-call")).toMatchObject({ calls: 0, events: 0, first_at: null });
  expect(await preview("/agents/unknown-agent")).toMatchObject({ calls: 0, share: 0 });
  expect([await erasing.db.collection("calls").countDocuments(), await ledger()]).toEqual([
    before + 3,
    ledgerBefore,
  ]);
});

test("an erasure of many calls, or of one of our own numbers, is refused until their count is confirmed", async () => {
  project();
  const before = await erasing.db.collection("calls").countDocuments();
  const [many, ours] = ["5511988880002", "5511988880003"];
  await erasing.publish([
    ...callsOf(many, 11),
    JSON.stringify({ type: "call.new", call_id: "ours", our_number: ours, their_number: "11988880004" }),
  ]);
  await untilCalls(before + 12);
  const entries = await ledger();
  for (const query of ["", "?confirm=10", "?include=possible&confirm=10"]) {
    const { status, body } = await ask(erasing.url, "DELETE", `/numbers/${many}${query}`);
    expect([status, body]).toEqual([
      409,
      {
        status: "error",
        errors: [{ path: "/confirm", message: expect.stringContaining("confirm=11") }],
        calls: 11,
      },
    ]);
  }
  const refused = await ask(erasing.url, "DELETE", `/numbers/${ours}`);
  expect([refused.status, refused.body.calls]).toEqual([409, 1]);
  expect(refused.headers.get("cache-control")).toBe("no-store");
  expect(await ledger()).toBe(entries);
  await untilCalls(before + 12);
  expect((await ask(erasing.url, "DELETE", `/numbers/${many}?confirm=11`)).status).toBe(202);
  expect((await ask(erasing.url, "DELETE", `/numbers/${ours}?confirm=99`)).status).toBe(202);
  await untilClean(erasing.url, `/numbers/${many}`);
  await untilCalls(before);
});

/** Runs `pnpm erase` as a shell does. */
async function runErase(...args: string[]) {
  const command = join(ROOT, "services/projector/src/erase-command/command.ts");
  const env = { ...process.env, ADMIN_TOKEN, NODE_ENV: "" };
  const child = spawn(process.execPath, [command, ...args, "--url", erasing.url], { env });
  const [out, err]: [string[], string[]] = [[], []];
  child.stdout.on("data", (text) => void out.push(String(text)));
  child.stderr.on("data", (text) => void err.push(String(text)));
  const [code] = await once(child, "close");
  return { code, out: out.join(""), err: err.join("") };
}

test("pnpm erase reports the effect, demands a confirmation, erases and waits for the receipt", async () => {
  project();
  const before = await erasing.db.collection("calls").countDocuments();
  const number = "5511988880005";
  await erasing.publish(callsOf(number, 12));
  await untilCalls(before + 12);
  const spelt = "(11) 98888-0005";
  const looked = await runErase("number", spelt, "--dry-run");
  expect(looked).toMatchObject({ code: 0, out: expect.stringContaining("needs --confirm 12") });
  const refused = await runErase("number", spelt, "--wait");
  expect(refused).toMatchObject({ code: 2, out: "", err: expect.stringContaining("add --confirm 12") });
  const erased = await runErase("number", spelt, "--confirm", "12", "--wait");
  expect(erased).toMatchObject({ code: 0, out: expect.stringContaining("the database was clean at") });
  await untilCalls(before);
  expect(JSON.parse((await runErase("call", "unknown-call", "--json")).out)).toMatchObject({
    clean_at: null,
  });
  expect(await runErase("number", "12")).toMatchObject({ code: 1, err: expect.stringContaining("8 to 15") });
  expect(await runErase("number", spelt, "--token", "wrong")).toMatchObject({ code: 1 });
  expect(await runErase("queue", "900")).toMatchObject({ code: 1, err: expect.stringContaining("call") });
  expect(await runErase("call", "1", "--possible")).toMatchObject({ code: 1 });
});

test("a known id and an unknown id get the same answer in about the same time", async () => {
  project();
  const bodies = Array.from({ length: 50 }, (_, n) => `{"type":"call.new","call_id":"known-${n}"}`);
  await erasing.publish(bodies);
  const shapes = new Set<string>();
  const timeOf = async (id: string) => {
    const began = performance.now();
    const { status, body } = await ask(erasing.url, "DELETE", `/calls/${id}`);
    shapes.add(JSON.stringify([status, Object.keys(body), Object.keys(body.data)]));
    return performance.now() - began;
  };
  // alternately, so that other load on the machine delays both alike
  const times = { known: [] as number[], unknown: [] as number[] };
  for (let n = 0; n < bodies.length; n += 1) {
    times.known.push(await timeOf(`known-${n}`));
    times.unknown.push(await timeOf(`unknown-${n}`));
  }
  for (const id of ["known-49", "unknown-49"]) await untilClean(erasing.url, `/calls/${id}`);
  expect(shapes.size).toBe(1);
  const [known, unknown] = [quantile(times.known, 0.5), quantile(times.unknown, 0.5)];
  expect(Math.max(known, unknown) / Math.min(known, unknown)).toBeLessThan(3);
});
