import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { topicNames, withAdmin } from "@teravoz/kafka";
import { ROOT } from "@teravoz/stack";
import type { Rig } from "../rig/rig.ts";
import { clusterFault } from "./faults.ts";

const COMMAND = join(ROOT, "packages/kafka/src/topics/topics-command.ts");

/** Limit for the command, longer than it takes under load. It gives up on its own if the brokers do not move copies. */
const LIMIT_MS = 120_000;

type Step = { args: string[]; copies: string; code: number; says: string };

const STEPS: readonly Step[] = [
  { args: [], copies: "1", code: 0, says: "created" },
  { args: ["--check"], copies: "", code: 1, says: "has 1 of 3 copies" },
  { args: [], copies: "", code: 0, says: "partitions have 3" },
  { args: ["--check"], copies: "", code: 0, says: "as they should be" },
];

/**
 * Creates topics of another installation with one copy, on the cluster under load: `topics --check` fails, `topics`
 * gives them three copies, and then the check passes. A step that ends differently is noted as unrecovered.
 */
export const copiesRaised = clusterFault("topics with one copy given three", [0, 0], async ({ rig }) => {
  const prefix = `${rig.opened.prefix}${randomBytes(4).toString("hex")}.`;
  try {
    for (const step of STEPS) {
      const fault = await runStep(rig, prefix, step);
      if (fault === null) continue;
      rig.unrecovered.push(fault);
      break;
    }
  } finally {
    const topics = Object.values(topicNames(prefix));
    await withAdmin(rig.opened.client, (admin) => admin.deleteTopics({ topics })).catch(() => {});
  }
  return true;
});

/** Resolves with null if the command ends as expected, else with a description of its end. */
async function runStep({ stack }: Rig, prefix: string, { args, copies, code, says }: Step) {
  const env = {
    ...process.env,
    KAFKA_BROKERS: stack.addresses.kafka,
    SCHEMA_REGISTRY_URL: stack.addresses.registry,
    TOPIC_PREFIX: prefix,
    KAFKA_REPLICATION_FACTOR: copies,
  };
  const ended = await new Promise<{ code: number | null; said: string }>((resolve) => {
    const options = { env, timeout: LIMIT_MS };
    const child = execFile(process.execPath, [COMMAND, ...args], options, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, said: stdout + stderr }),
    );
  });
  if (ended.code === code && ended.said.includes(says)) return null;
  const name = ["topics", ...args].join(" ");
  return `\`${name}\` ended with ${ended.code}, not ${code}, or did not say "${says}": ${ended.said.slice(-500)}`;
}
