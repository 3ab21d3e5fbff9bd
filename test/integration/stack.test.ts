import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { openStack, type Part } from "@teravoz/stack";
import { type Db, MongoClient } from "mongodb";
import { type OwnParts, type OwnStack, openOwnStack } from "../support/stack/own-stack.ts";

/** Three parts start, and each is killed and starts again, on a busy machine with two cores. */
jest.setTimeout(300_000);

/** The environment without the addresses of the shared stack and of the one that this suite has borrowed. */
const env: NodeJS.ProcessEnv = {
  ...process.env,
  KAFKA_BROKERS: "",
  SCHEMA_REGISTRY_URL: "",
  MONGODB_URI: "",
};
const quiet = () => {};

let dir: string;
let own: OwnStack;
let stack: OwnParts;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "teravoz-stack-"));
  own = await openOwnStack();
  stack = own.stack;
});
afterAll(async () => {
  await own?.close();
  await rm(dir, { recursive: true, force: true });
});

/** Runs with a database that no earlier round has written to. */
async function withDatabase(run: (db: Db, client: MongoClient) => Promise<void>): Promise<void> {
  const client = new MongoClient(stack.addresses.mongodb);
  const db = client.db(`stack_${randomBytes(4).toString("hex")}`);
  await run(db, client);
  await db.dropDatabase();
  await client.close();
}

async function killAndStart(part: Part): Promise<void> {
  const ended = stack.ended(part);
  await stack.kill(part);
  expect(await ended).toMatch(/^ended (by SIGKILL|with code 137)$/);
  await stack.start(part);
}

test("writes that MongoDB has acknowledged survive kill -9", () =>
  withDatabase(async (db) => {
    const marks = db.collection<{ _id: string }>("marks");
    await marks.insertOne({ _id: "before" }, { writeConcern: { w: "majority" } });
    await killAndStart("mongodb");
    expect(await marks.findOne({ _id: "before" })).toEqual({ _id: "before" });
  }));

test("MongoDB supports transactions", () =>
  withDatabase(async (db, client) => {
    const marks = db.collection("transacted");
    await client.withSession((session) =>
      session.withTransaction(() => marks.insertMany([{}, {}], { session })),
    );
    expect(await marks.countDocuments()).toBe(2);
  }));

test("the registry returns the same id for a schema after a kill -9 of its broker and of itself", async () => {
  const first = await register("one", { type: "string" });
  const second = await register("two", { type: "long" });
  await killAndStart("kafka");
  await killAndStart("registry");
  expect(second).not.toBe(first);
  expect(await register("two", { type: "long" })).toBe(second);
  expect(await register("one", { type: "string" })).toBe(first);
  expect(await register("three", { type: "int" })).toBeGreaterThan(second);
});

async function register(subject: string, schema: object): Promise<number> {
  const answer = await fetch(`${stack.addresses.registry}/subjects/${subject}/versions`, {
    method: "POST",
    headers: { "content-type": "application/vnd.schemaregistry.v1+json" },
    body: JSON.stringify({ schema: JSON.stringify(schema) }),
  });
  return ((await answer.json()) as { id: number }).id;
}

test("a paused registry answers nothing, and answers again after it is resumed", async () => {
  const subjects = (limitMs: number) =>
    fetch(`${stack.addresses.registry}/subjects`, { signal: AbortSignal.timeout(limitMs) });
  await stack.pause("registry");
  await expect(subjects(1_000)).rejects.toThrow("timeout");
  await stack.pause("registry");
  await stack.resume("registry");
  await stack.resume("registry");
  expect((await subjects(10_000)).status).toBe(200);
});

test("a missing tool is named with the way to install it", async () => {
  const bare = { PATH: "", XDG_CACHE_HOME: join(dir, "cache") };
  const opening = openStack({
    dir: join(dir, "bare"),
    ports: "free",
    provider: "local",
    env: bare,
    say: quiet,
  });
  await expect(opening).rejects.toThrow(/java .*openjdk[\s\S]*mvn: .*maven[\s\S]*python3 .*python3-pip/);
});

test("an external part that does not answer is named, but its address is not", async () => {
  const { kafka, registry } = stack.addresses;
  const mongodb = "mongodb://user:secret@127.0.0.1:1/teravoz";
  const given = { KAFKA_BROKERS: kafka, SCHEMA_REGISTRY_URL: registry, MONGODB_URI: mongodb };
  const opening = openStack({ dir, ports: "free", env: given, say: quiet });
  const message = await opening.then(String, (error: Error) => error.message);
  expect(message).toMatch(/^mongodb does not answer/);
  expect(message).not.toMatch(/secret|kafka|registry/);
});

test("given addresses are used unchanged, and nothing is started or stopped", async () => {
  const { kafka, registry, mongodb } = stack.addresses;
  const given = { KAFKA_BROKERS: kafka, SCHEMA_REGISTRY_URL: registry, MONGODB_URI: mongodb };
  const external = await openStack({ dir, ports: "free", env: given, say: quiet });
  expect(external).toMatchObject({ provider: "external", addresses: stack.addresses });
  await expect(external.kill("kafka")).rejects.toThrow("cannot control it");
  await external.stop();
  expect((await fetch(`${registry}/subjects`)).status).toBe(200);
});

test("a taken port is named and another one is used", async () => {
  const server = createServer();
  await new Promise<void>((resolve) =>
    server.once("error", () => resolve()).listen(27_017, "127.0.0.1", resolve),
  );
  const said: string[] = [];
  const stop = AbortSignal.abort(new Error("enough"));
  const options = { dir: join(dir, "taken"), provider: "local", env, signal: stop } as const;
  const opening = openStack({ ...options, ports: "default", say: (line) => said.push(line) });
  await expect(opening).rejects.toThrow("enough");
  expect(said).toContainEqual(expect.stringMatching(/^port 27017 is taken: mongodb uses (?!27017)\d+$/));
  server.close();
});
