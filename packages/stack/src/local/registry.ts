import { join } from "node:path";
import { answers } from "../providers/answers.ts";
import { only } from "./downloads.ts";
import type { Plan } from "./part.ts";
import type { Workspace } from "./workspace.ts";

export type RegistryNode = { app: string; port: number; kafka: string };

/**
 * Plans the registry, which keeps its schemas in Kafka. Its default storage, memory, would assign the ids of lost
 * schemas to others after a restart.
 */
export async function planRegistry(workspace: Workspace, { app, port, kafka }: RegistryNode): Promise<Plan> {
  const { dir, env } = workspace;
  const runner = join(app, await only(app, (name) => name.endsWith("-runner.jar")));
  const process = workspace.processOf("registry");
  const settings = {
    QUARKUS_HTTP_HOST: "127.0.0.1",
    QUARKUS_HTTP_PORT: String(port),
    APICURIO_STORAGE_KIND: "kafkasql",
    APICURIO_KAFKASQL_BOOTSTRAP_SERVERS: kafka,
  };
  // the folder in the arguments shows the owner in a list of processes
  return {
    spec: {
      ...process,
      command: "java",
      args: [...JVM, `-Dgateway.dir=${dir}`, "-jar", runner],
      env: { ...env, ...settings },
    },
    serves: () => answers.registry(`http://127.0.0.1:${port}/apis/ccompat/v7`),
    clear: async () => {},
  };
}

/**
 * The options of Java. With 256 MB of heap the registry used 290 MB in all. With only the first compiler it starts in
 * half the processor time.
 */
const JVM = [
  "-Xmx256m",
  "-XX:+UseSerialGC",
  "-XX:TieredStopAtLevel=1",
  "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
];
