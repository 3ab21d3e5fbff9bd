import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createClient, topicNames, withAdmin } from "@teravoz/kafka";
import { createLog, kafkaSettings, readConfig } from "@teravoz/runtime";
import { ROOT } from "@teravoz/stack";
import { eventually } from "../support/eventually.ts";
import { connectClient } from "../support/traffic/socket-clients.ts";

const PREFIX = `test-${randomBytes(4).toString("hex")}.`;

let dir: string;
let started: ChildProcess;
let said = "";
type Addresses = Record<"webhook" | "dashboard" | "projector" | "kafka" | "registry" | "mongodb", string>;
let addresses: Addresses;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "teravoz-start-"));
  const env = {
    ...process.env,
    TOPIC_PREFIX: PREFIX,
    STACK: "external",
    SPOOL_DIR: "",
    PORT: "",
    NODE_ENV: "development",
  };
  const args = [join(ROOT, "packages/stack/src/start.ts"), "--dir", dir];
  started = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  started.stdout!.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const read = async () => JSON.parse(await readFile(join(dir, "addresses.json"), "utf8"));
  addresses = await eventually(read, 90_000).catch((cause) => {
    throw new Error(`start wrote no addresses; its output:\n${said}`, { cause });
  });
});
afterAll(async () => {
  if (started?.exitCode === null) started.kill("SIGKILL");
  await deleteTopics();
  await rm(dir, { recursive: true, force: true });
});

/** Deletes the topics that `start` has created. */
async function deleteTopics(): Promise<void> {
  const config = readConfig(kafkaSettings, process.env);
  const client = createClient({ config, clientId: "test", log: createLog("test", "silent") });
  await withAdmin(client, (admin) => admin.deleteTopics({ topics: Object.values(topicNames(PREFIX)) }));
}

const body = (call_id: string) =>
  JSON.stringify({ type: "call.new", call_id, timestamp: new Date().toISOString() });
const post = async (call_id: string) => {
  const headers = { "Content-Type": "application/json" };
  return (await fetch(addresses.webhook, { method: "POST", headers, body: body(call_id) })).status;
};

test("start prints and writes the addresses of all parts", async () => {
  expect(Object.keys(addresses)).toEqual([
    "webhook",
    "dashboard",
    "projector",
    "kafka",
    "registry",
    "mongodb",
  ]);
  expect(addresses.webhook).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/webhook$/);
  // `start` writes the file before it prints the addresses
  await eventually(() => {
    for (const address of Object.values(addresses)) expect(said).toContain(address);
  });
});

test("an event POSTed to the webhook is listed at a socket of the dashboard's address", async () => {
  expect(await post("start.1")).toBe(200);
  const client = await connectClient("socket.io by websocket", addresses.dashboard);
  await eventually(async () => {
    const { data } = await client.ask("ListCalls", { params: { aggregate_id: "start.1" } });
    expect(data).toEqual([expect.objectContaining({ state: "NEW" })]);
  });
  client.close();
});

test("the page is served without a token, with a policy that forbids foreign scripts", async () => {
  const answer = await fetch(addresses.dashboard, { headers: { "Accept-Encoding": "br" } });
  expect([answer.status, answer.headers.get("content-encoding")]).toEqual([200, "br"]);
  expect(answer.headers.get("content-security-policy")).toContain("default-src");
  expect(answer.headers.get("content-security-policy")).not.toContain("unsafe");
  const [, script] = /<script[^>]+src="([^"]+)"/.exec(await answer.text())!;
  expect((await fetch(new URL(script!, addresses.dashboard))).status).toBe(200);
});

test("ingest has its spool in the directory of the run", async () => {
  const ready = await fetch(new URL("/readyz", addresses.webhook));
  expect(await ready.json()).toMatchObject({ checks: { spool: { ok: true } } });
  expect(existsSync(join(dir, "spool"))).toBe(true);
});

test("a service that dies is started again, and start reports it", async () => {
  const pids: { name: string; pid: number }[] = JSON.parse(await readFile(join(dir, "pids.json"), "utf8"));
  process.kill(pids.find(({ name }) => name === "ingest")!.pid, "SIGKILL");
  await eventually(() => expect(said).toContain("ingest ended by SIGKILL"));
  await eventually(async () => expect(await post("start.2")).toBe(200), 30_000);
});

test("SIGTERM stops all in order and removes the file of addresses", async () => {
  started.kill("SIGTERM");
  const [code] = await once(started, "exit");
  // the pipe may deliver the last line after the exit
  await eventually(() =>
    expect([code, said.trim().split("\n").at(-1)]).toEqual([0, expect.stringContaining("stopped")]),
  );
  expect(existsSync(join(dir, "addresses.json"))).toBe(false);
  await expect(post("start.3")).rejects.toThrow();
});
