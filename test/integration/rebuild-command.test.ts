import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Call, foldCall } from "@teravoz/domain";
import { type MongoConnection, type MongoStore, writePast } from "@teravoz/store";
import { startRebuild } from "../support/rebuild/command.ts";
import { batchOf, dropDatabase, freshDatabase, openStore, sampleEvent, uriOf } from "../support/store.ts";

let connection: MongoConnection;
let store: MongoStore;
const uri = uriOf(freshDatabase()).href;
beforeAll(async () => {
  ({ connection, store } = await openStore(uri));
});
afterAll(() => dropDatabase(connection));

const run = (args: string[], env: NodeJS.ProcessEnv = {}) =>
  startRebuild(args, { env: { MONGODB_URI: uri, TOPIC_PREFIX: "nobodys.", ...env } }).done;

test("`rebuild:calls --help` says what it does, with examples and exit codes", async () => {
  const { code, stdout } = await run(["--help"]);
  expect(code).toBe(0);
  for (const text of ["--dry-run", "--until <time>", "--into <name>", "Examples:", "Exits with 0"])
    expect(stdout).toContain(text);
});

const AHEAD = new Date(Date.now() + 3_600_000).toISOString();
const WRONG: [args: string[], said: string][] = [
  [["--until", "2026-01-01T00:00:00Z"], "--until and --into need each other"],
  [["--into", "march"], "--until and --into need each other"],
  [["--until", "2026-01-01", "--into", "march"], "must be a time like"],
  [["--until", "2026-01-01T00:00:00", "--into", "march"], "must be a time like"],
  [["--until", "2026-13-01T00:00:00Z", "--into", "march"], "must be a time like"],
  [["--until", AHEAD, "--into", "march"], "lies ahead"],
  [["--until", "2026-01-01T00:00:00Z", "--into", "../calls"], "letters, digits, _ and - only"],
  [["--until", "2026-01-01T00:00:00Z", "--into", "a.part"], "letters, digits, _ and - only"],
  [["--dry-run", "--until", "2026-01-01T00:00:00Z", "--into", "march"], "--dry-run is not for --until"],
  [["--all"], "unknown option"],
];

test.each(WRONG)("`rebuild:calls %j` changes nothing, exits with 1 and says why", async (args, said) => {
  expect(await run(args)).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining(said) });
});

test("`rebuild:calls` says which part does not answer and which setting names it, and changes nothing", async () => {
  const away = "127.0.0.1:1";
  const [mongodb, registry, kafka, settings] = await Promise.all([
    run(["--dry-run"], { MONGODB_URI: `mongodb://${away}/calls?directConnection=true` }),
    run([], { SCHEMA_REGISTRY_URL: `http://${away}/` }),
    run([], { KAFKA_BROKERS: away }),
    run([], { KAFKA_BROKERS: "nonsense" }),
  ]);
  expect(mongodb).toMatchObject({ code: 1, stderr: expect.stringContaining("MONGODB_URI") });
  expect(registry).toMatchObject({ code: 1, stderr: expect.stringContaining("SCHEMA_REGISTRY_URL") });
  // no topics of this prefix have schemas: asked for first
  expect(kafka).toMatchObject({ code: 1, stderr: expect.stringContaining("was `topics` run?") });
  expect(settings).toMatchObject({ code: 1, stderr: expect.stringContaining("KAFKA_BROKERS: ") });
  expect(await connection.db.collection("positions").countDocuments()).toBe(0);
}, 60_000);

test("a call that is erased while the calls of a moment are written is not among them", async () => {
  const events = Array.from({ length: 30 }, () => sampleEvent());
  await store.apply(batchOf(events, null, 0), foldCall);
  const key = events[0]!.aggregate_id;
  const erased_at = new Date();
  const erasures = [{ kind: "call" as const, key, erased_at, log_clean_by: erased_at }];
  const written = await writePast({
    ...{ connection, name: "march", until: erased_at, fold: foldCall, isWanted: () => true },
    // its page is written, and not yet looked at again
    onLooked: async () => {
      const applied = await store.apply({ ...batchOf([], 30, 0), next: 31, erasures }, foldCall);
      expect(applied.fenced).toBe(false);
    },
  });
  const past = await connection.db.collection<Call>("past_march").find().toArray();
  expect(past.map(({ aggregate_id }) => aggregate_id)).not.toContain(key);
  expect([written, past.length]).toEqual([29, 29]);
});
