import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../process/run.ts";
import { answers } from "../providers/answers.ts";
import type { Plan } from "./part.ts";
import type { Place } from "./place.ts";

export type KafkaPlace = Place & { jars: string; controllerPort: number };

/** One node, broker and controller, on this machine's own address. Formats its storage when that is new. */
export async function planKafka(place: KafkaPlace): Promise<Plan> {
  const data = join(place.dir, "data", "kafka");
  const settings = join(place.dir, "data", "kafka.properties");
  await mkdir(data, { recursive: true });
  await writeFile(settings, kafkaSettings(place, data));
  if (!existsSync(join(data, "meta.properties"))) await format(place, settings, data);
  return {
    spec: {
      ...place.processOf("kafka"),
      command: "java",
      args: [...BROKER_JVM, ...LOGGING, "-cp", classPath(place.jars), "kafka.Kafka", settings],
    },
    serves: () => answers.kafka(`127.0.0.1:${place.port}`),
  };
}

/** Held 230 MB at rest; the tests' topics and 20,000 events a second fit. */
const BROKER_JVM = ["-Xmx512m", "-XX:+UseSerialGC"];
/** A tool that lives for a second: no time for the second compiler. */
const TOOL_JVM = ["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"];
const LOGGING = [
  "-Dorg.slf4j.simpleLogger.logFile=System.out",
  "-Dorg.slf4j.simpleLogger.showDateTime=true",
  "-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd'T'HH:mm:ss.SSSZ",
];

const classPath = (jars: string) => join(jars, "libs", "*");

/** The file that the format writes apart from ids. It is the same for every storage of one release of Kafka. */
const CHECKPOINT = "bootstrap.checkpoint";

/** Formats new storage. Kafka's tool takes more than a second of processor time, so it runs once a machine. */
async function format(place: KafkaPlace, settings: string, data: string): Promise<void> {
  const kept = join(place.jars, CHECKPOINT);
  if (!existsSync(kept)) {
    await formatByTool(place, settings);
    await keep(join(data, CHECKPOINT), kept);
    return;
  }
  await copyFile(kept, join(data, CHECKPOINT));
  const ids = `cluster.id=${freshId()}\ndirectory.id=${freshId()}\n`;
  // its presence says that the storage is formatted: written last
  await writeFile(join(data, "meta.properties"), `version=1\nnode.id=1\n${ids}`);
}

const freshId = () => randomBytes(16).toString("base64url");

/** Renamed into place: two runs at once never see half a file. */
async function keep(file: string, kept: string): Promise<void> {
  const draft = `${kept}.${process.pid}`;
  await copyFile(file, draft);
  await rename(draft, kept);
}

async function formatByTool({ jars, env, signal }: KafkaPlace, settings: string): Promise<void> {
  // may begin with a dash: not to be taken for an option
  const clusterId = freshId();
  const format = ["kafka.tools.StorageTool", "format", `--cluster-id=${clusterId}`, "-c", settings];
  await run("java", [...TOOL_JVM, "-cp", classPath(jars), ...format], { env, signal });
}

function kafkaSettings({ port, controllerPort }: KafkaPlace, data: string): string {
  const settings = {
    "process.roles": "broker,controller",
    "node.id": 1,
    "controller.quorum.voters": `1@127.0.0.1:${controllerPort}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    "advertised.listeners": `PLAINTEXT://127.0.0.1:${port}`,
    "controller.listener.names": "CONTROLLER",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "log.dirs": data,
    ...POLICY,
    ...ONE_NODE,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

/** What a broker of ours does anywhere: no topic by accident, offsets kept past the seven days a record is safe (10 days). */
const POLICY = {
  "auto.create.topics.enable": false,
  "offsets.retention.minutes": 14_400,
  "log.cleaner.enable": true,
};

/** One copy of everything; few internal partitions and a small buffer of the cleaner, for a small machine. */
const ONE_NODE = {
  "offsets.topic.replication.factor": 1,
  "offsets.topic.num.partitions": 8,
  "transaction.state.log.replication.factor": 1,
  "transaction.state.log.min.isr": 1,
  "transaction.state.log.num.partitions": 4,
  "share.coordinator.state.topic.replication.factor": 1,
  "share.coordinator.state.topic.min.isr": 1,
  "group.initial.rebalance.delay.ms": 0,
  // the tests' sessions are shorter than the 6 s a broker allows by default
  "group.min.session.timeout.ms": 2_000,
  // a killed broker may register again only when its session has ended: 9 s by default, 15 s in all
  "broker.session.timeout.ms": 4_000,
  "broker.heartbeat.interval.ms": 500,
  "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
};
