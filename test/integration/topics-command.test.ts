import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { createClient, topicNames, withAdmin } from "@teravoz/kafka";
import { createLog, kafkaSettings, readConfig } from "@teravoz/runtime";
import { ROOT } from "@teravoz/stack";

const prefix = `test-${randomBytes(4).toString("hex")}.`;
const topics = Object.values(topicNames(prefix));

afterAll(async () => {
  const config = readConfig(kafkaSettings, process.env);
  const client = createClient({ config, clientId: "test", log: createLog("test", "silent") });
  await withAdmin(client, (admin) => admin.deleteTopics({ topics }));
});

type Outcome = { code: number; said: string };

function run(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Outcome> {
  const command = [join(ROOT, "packages/kafka/src/topics-command.ts"), ...args];
  const options = { env: { ...process.env, TOPIC_PREFIX: prefix, ...env } };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, command, options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, said: stdout + stderr }),
    );
  });
}

test("`topics` creates what is missing, again changes nothing, and `--check` only says how it stands", async () => {
  const before = await run(["--check"]);
  expect(before.code).toBe(1);
  for (const topic of topics) expect(before.said).toContain(`topic ${topic} is missing`);
  expect(before.said).toContain("is not registered");

  const created = await run([]);
  expect([created.code, created.said]).toEqual([0, expect.stringContaining(`topic ${topics[0]}: created`)]);
  const again = await run([]);
  expect([again.code, again.said]).toEqual([0, expect.stringContaining(`topic ${topics[0]}: there`)]);
  expect(await run(["--check"])).toEqual({ code: 0, said: expect.stringContaining("as they should be") });
});

test("`topics` says what to look at where nothing answers, and what is wrong with its settings", async () => {
  const nowhere = await run([], { KAFKA_BROKERS: "127.0.0.1:1" });
  expect([nowhere.code, nowhere.said]).toEqual([1, expect.stringContaining("KAFKA_BROKERS")]);
  const wrong = await run([], { KAFKA_BROKERS: "nonsense", KAFKA_TLS: "perhaps" });
  expect(wrong.code).toBe(1);
  for (const name of ["KAFKA_BROKERS", "KAFKA_TLS"]) expect(wrong.said).toContain(`${name}: `);
});
