import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../process/run.ts";
import type { Say } from "../stack.ts";
import { freePorts } from "../tcp-ports.ts";
import { planKafka } from "./kafka.ts";
import { sameForAll } from "./kafka-settings.ts";
import { createPart } from "./part.ts";
import { createWorkspace } from "./workspace.ts";

type Asking = { env: NodeJS.ProcessEnv; say: Say; signal?: AbortSignal | undefined };

/**
 * Returns the archive of Kafka's classes in Java's memory format. Creates it once for each release of Java, by starting
 * and stopping a broker. With it a broker is up after 4.7 s of processor time instead of 7.2 s.
 */
export async function ensureClassArchive(jars: string, { env, say, signal }: Asking): Promise<string> {
  const release = createHash("sha256").update(await run("java", ["-version"], { env }));
  const archive = join(jars, `classes-${release.digest("hex").slice(0, 8)}.jsa`);
  if (existsSync(archive)) return archive;
  say("preparing Kafka's classes, once per machine");
  const dir = await mkdtemp(join(jars, ".classes-"));
  const draft = join(dir, "classes.jsa");
  try {
    await writeArchive(draft, { dir, jars, env, signal }).catch(() => signal?.throwIfAborted());
    // an empty file, which Java ignores, marks that this Java cannot write an archive
    if (!existsSync(draft)) await writeFile(draft, "");
    await rename(draft, archive);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  return archive;
}

type Writing = { dir: string; jars: string } & Omit<Asking, "say">;

/** Runs a broker once. Java writes the archive when the broker stops. */
async function writeArchive(draft: string, { dir, jars, env, signal }: Writing): Promise<void> {
  const [client, broker, controller] = (await freePorts(3)).map(sameForAll);
  const node = { name: "kafka", id: 1, endpoints: { client, broker, controller } };
  const cluster = { jars, nodes: [node], jvm: [`-XX:ArchiveClassesAtExit=${draft}`] };
  const part = createPart(await planKafka(createWorkspace(dir, env, signal), node, cluster), signal);
  try {
    await part.start();
  } finally {
    await part.stop();
  }
}
