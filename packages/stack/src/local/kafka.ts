import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { copyFile, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../process/run.ts";
import { answers, takesConnection } from "../providers/answers.ts";
import { type KafkaNode, kafkaSettings, type Settings } from "./kafka-settings.ts";
import type { Plan } from "./part.ts";
import type { Workspace } from "./workspace.ts";

export type KafkaCluster = {
  jars: string;
  /** Added to the options of Java. */
  jvm: readonly string[];
  /** All nodes, including this one. */
  nodes: readonly KafkaNode[];
  /** Added to the settings of every node. */
  settings?: Settings | undefined;
};

/** Plans a Kafka node on this machine's loopback address. Formats its storage if that is new. */
export async function planKafka(workspace: Workspace, node: KafkaNode, cluster: KafkaCluster): Promise<Plan> {
  const { jars, jvm, nodes } = cluster;
  const data = join(workspace.dir, "data", node.name);
  const settings = `${data}.properties`;
  const prepare = async () => {
    await mkdir(data, { recursive: true });
    if (!existsSync(join(data, "meta.properties"))) await format(workspace, { jars, node, settings, data });
  };
  await mkdir(join(workspace.dir, "data"), { recursive: true });
  await writeFile(settings, kafkaSettings(node, { ...cluster, data }));
  await prepare();
  const { client, controller } = node.endpoints;
  const own = `127.0.0.1:${(client ?? controller)?.port}`;
  return {
    spec: {
      ...workspace.processOf(node.name),
      command: "java",
      args: ["-XX:+UseSerialGC", ...jvm, ...LOGGING, "-cp", classPath(jars), "kafka.Kafka", settings],
    },
    // a node of a cluster may have to start while its connections to the others are cut
    serves: () => (nodes.length > 1 ? takesConnection(own) : answers.kafka(own)),
    clear: async () => {
      await rm(data, { recursive: true, force: true });
      await prepare();
    },
  };
}

/** Options for a tool that runs for a second, which is too short for the second compiler. */
const TOOL_JVM = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
const LOGGING = [
  "-Dorg.slf4j.simpleLogger.logFile=System.out",
  "-Dorg.slf4j.simpleLogger.showDateTime=true",
  "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ",
];

const classPath = (jars: string) => join(jars, "libs", "*");

type Storage = { jars: string; node: KafkaNode; settings: string; data: string };

/** The file besides the ids that formatting writes. It is the same for every storage of one release of Kafka. */
const CHECKPOINT = "bootstrap.checkpoint";

/** Formats new storage. Kafka's tool takes more than a second of processor time, so it runs once per machine. */
async function format(workspace: Workspace, { jars, node, settings, data }: Storage): Promise<void> {
  const clusterId = clusterIdOf(workspace.dir);
  const kept = join(jars, CHECKPOINT);
  if (!existsSync(kept)) {
    const formatting = ["kafka.tools.StorageTool", "format", `--cluster-id=${clusterId}`, "-c", settings];
    await run("java", [...TOOL_JVM, "-cp", classPath(jars), ...formatting], workspace);
    await keep(join(data, CHECKPOINT), kept);
    return;
  }
  await copyFile(kept, join(data, CHECKPOINT));
  const ids = `node.id=${node.id}\ncluster.id=${clusterId}\ndirectory.id=${freshId()}\n`;
  // this file marks the storage as formatted, so it is written last
  await writeFile(join(data, "meta.properties"), `version=1\n${ids}`);
}

/**
 * Returns the cluster's id, which all its storages share, even one that replaces a lost one. The first formatted
 * storage creates it.
 */
function clusterIdOf(dir: string): string {
  const file = join(dir, "data", "kafka-cluster-id");
  if (!existsSync(file)) writeFileSync(file, freshId());
  return readFileSync(file, "utf8");
}

const freshId = () => randomBytes(16).toString("base64url");

/** Copies a file and renames it into place, so that two runs at once never see half a file. */
async function keep(file: string, kept: string): Promise<void> {
  const draft = `${kept}.${process.pid}-${freshId()}`;
  await copyFile(file, draft);
  await rename(draft, kept);
}
