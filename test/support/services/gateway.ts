import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Call, foldCall, type StoredEvent } from "@teravoz/domain";
import { withAdmin } from "@teravoz/kafka";
import { type Kind, type ServiceHandle, startServices } from "@teravoz/stack";
import { type Db, MongoClient } from "mongodb";
import { keepForReading, watchFailures } from "../../runner/failures.ts";
import { eventually } from "../eventually.ts";
import { findLeaks, gatherPersonal } from "../log-check.ts";
import { openTopics, type TestTopics } from "../stack/kafka.ts";
import { timedStart } from "../stack/starts.ts";

export type Answer = { status: number; body: string; headers: NodeJS.Dict<string | string[]> };
export type Gateway = Awaited<ReturnType<typeof startGateway>>;

type Options = Partial<Record<Kind, number>> & {
  env?: NodeJS.ProcessEnv;
  /** Paths of modules that run instead of a service's own, by service. */
  mains?: Partial<Record<Kind, string>>;
  /** `production` uses the session of a deployment instead of the shorter one of tests (default: `short`). */
  timings?: "production" | "short";
  /** Settings of one process, given its name, for example "ingest-1". */
  envOf?: (name: string) => NodeJS.ProcessEnv;
};

/** The settings of each choice of `timings`. The short ones are already in the environment of the run. */
const TIMINGS = { production: { KAFKA_SESSION_TIMEOUT_MS: "" }, short: {} };

/**
 * Starts the services as `start` does, each as a process, on the shared stack with new topics and a new database.
 * `options` sets the number of instances of each service (default one). `close` ends the services and removes the
 * topics and the database. It rejects if a log contains personal data. After a failed test the logs are kept.
 */
export const openGateway = (options: Options = {}): Promise<Gateway> =>
  timedStart("gateway", () => startGateway(options));

async function startGateway({ env = {}, mains = {}, envOf, timings, ...counts }: Options) {
  const hasFailed = watchFailures();
  const opened = await openTopics();
  const mongodb = databaseUri(`e2e_${randomBytes(4).toString("hex")}`);
  const dir = await mkdtemp(join(tmpdir(), "teravoz-e2e-"));
  const specs = (["ingest", "projector", "realtime"] as const).flatMap((kind) =>
    Array.from({ length: counts[kind] ?? 1 }, (_, n) => specOf(kind, n + 1, mains[kind])),
  );
  const handles = await startServices({
    addresses: { kafka: process.env.KAFKA_BROKERS!, registry: process.env.SCHEMA_REGISTRY_URL!, mongodb },
    services: specs.map((spec) => ({ ...spec, env: envOf?.(spec.name) ?? {} })),
    dir,
    env: {
      ...process.env,
      TOPIC_PREFIX: opened.prefix,
      NODE_ENV: "development",
      ...TIMINGS[timings ?? "short"],
      ...env,
    },
  });
  const logs = join(dir, "logs");
  /** Facts that are kept beside the logs of a failed test. */
  const described = {
    addresses: { kafka: process.env.KAFKA_BROKERS, registry: process.env.SCHEMA_REGISTRY_URL, mongodb },
    topicPrefix: opened.prefix,
    services: handles.map(({ name, url, pid }) => ({ name, url, pid })),
  };
  await Promise.all(handles.map((handle) => handle.ready())).catch(async (error) => {
    await Promise.all([...handles.map(endService), opened.close()]);
    await keepForReading(logs, described);
    throw error;
  });
  const client = await new MongoClient(mongodb).connect();
  const db = client.db();
  const of = (kind: Kind) => handles.filter((handle) => handle.kind === kind);
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const sent = gatherPersonal();
  let turn = 0;
  return {
    opened,
    db,
    dir,
    ingest: of("ingest"),
    projector: of("projector"),
    realtime: of("realtime"),
    /**
     * Posts to the ingests in turn. Rejects if there is no answer. The error has `begun` if the service had
     * confirmed that it reads the request.
     */
    post: (body: string | Buffer, headers: Record<string, string> = {}) => {
      sent.add(body);
      return send(agent, of("ingest")[turn++ % of("ingest").length]!, body, headers);
    },
    /** Number of records that the database does not have yet, over all topics that are read into it. */
    lag: () => readLag(opened, db),
    calls: () =>
      db
        .collection<Call>("calls")
        .find({}, { projection: { _id: 0 } })
        .toArray() as Promise<Call[]>,
    events: () => readEvents(db),
    close: async () => {
      agent.destroy();
      await Promise.all(handles.map(endService));
      const leaks = await findLeaks(logs, sent);
      if (hasFailed() || leaks.length > 0) await keepForReading(logs, described);
      await db.dropDatabase();
      await client.close();
      await opened.close();
      await rm(dir, { recursive: true, force: true });
      if (leaks.length > 0) throw new Error(`a log holds personal data: ${JSON.stringify(leaks)}`);
    },
  };
}

const specOf = (kind: Kind, n: number, main: string | undefined) => ({
  name: `${kind}-${n}`,
  kind,
  ...(main ? { main } : {}),
});

/** Stops a service. A paused process cannot stop, so it is resumed first. */
async function endService(handle: ServiceHandle): Promise<void> {
  handle.kill("SIGCONT");
  await handle.stop();
}

function databaseUri(database: string): string {
  const url = new URL(process.env.MONGODB_URI!);
  url.pathname = `/${database}`;
  return url.href;
}

async function readLag({ client, topics }: TestTopics, db: Db): Promise<number> {
  const { callEvents, agentEvents, deadLetters } = topics;
  const read = await withAdmin(client, (admin) =>
    Promise.all([callEvents, agentEvents, deadLetters].map((topic) => admin.fetchTopicOffsets(topic))),
  );
  const ends = read.flat().reduce((sum, { high }) => sum + Number(high), 0);
  const positions = await db.collection<{ next: number | null }>("positions").find().toArray();
  return ends - positions.reduce((sum, { next }) => sum + (next ?? 0), 0);
}

export type EventDocument = Omit<StoredEvent, "uuid"> & { _id: string };

const readEvents = (db: ReturnType<MongoClient["db"]>) =>
  db.collection<EventDocument>("events").find().sort({ id: 1 }).toArray();

function send(
  agent: Agent,
  service: ServiceHandle,
  body: string | Buffer,
  headers: Record<string, string>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { method: "POST", agent, headers: { "Content-Type": "application/json", ...headers } };
    const sent = request(`${service.url}/webhook`, options, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk)).once("error", reject);
      response.once("end", () =>
        resolve({
          status: response.statusCode!,
          body: Buffer.concat(chunks).toString(),
          headers: response.headers,
        }),
      );
    });
    // true once the service has answered `Expect: 100-continue`
    let begun = false;
    sent.once("continue", () => {
      begun = true;
    });
    sent.once("error", (error: NodeJS.ErrnoException) => {
      // the service may at this moment close a connection that was idle for 65 s; then it has not read the request
      const wasIdle = sent.reusedSocket && error.code === "ECONNRESET" && !begun;
      if (wasIdle) send(agent, service, body, headers).then(resolve, reject);
      else reject(Object.assign(error, { begun }));
    });
    sent.end(body);
  });
}

/**
 * Waits until exactly these bodies are stored, each once and verbatim, and every call is the fold of its
 * events.
 */
export async function expectStored(
  gateway: Gateway,
  bodies: Iterable<string>,
  timeoutMs = 30_000,
): Promise<void> {
  // imported only here, because the gateway is also opened outside Jest
  const { expect } = await import("@jest/globals");
  const expected = [...new Set(bodies)].sort();
  const count = () => gateway.db.collection("events").countDocuments();
  await eventually(async () => expect(await count()).toBeGreaterThanOrEqual(expected.length), timeoutMs);
  const events = await gateway.events();
  expect(events.map(({ payload }) => payload).sort()).toEqual(expected);
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  const folded = foldAll(events).sort(byId);
  await eventually(async () => expect((await gateway.calls()).map(comparable).sort(byId)).toEqual(folded));
}

type Comparable = { aggregate_id: string };
const byId = (one: Comparable, other: Comparable) => (one.aggregate_id < other.aggregate_id ? -1 : 1);
const comparable = ({ id: _id, version: _version, ...call }: Call) => call;

function foldAll(events: EventDocument[]) {
  const ofCalls = events
    .filter(({ kind }) => kind === "call")
    .map(({ _id, ...event }) => ({ ...event, uuid: _id }));
  return [...Map.groupBy(ofCalls, ({ aggregate_id }) => aggregate_id).values()].map(
    (each) => foldCall(each)!,
  );
}
