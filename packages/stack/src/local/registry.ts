import { join } from "node:path";
import { answers } from "../providers/answers.ts";
import { only } from "./downloads.ts";
import type { Plan } from "./part.ts";
import type { Workspace } from "./workspace.ts";

export type RegistryNode = { app: string; port: number; kafka: string };

/** Its schemas are kept in Kafka: its own default, memory, gives the ids of lost schemas to others after a restart. */
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
  // the folder says whose it is, to whoever looks at the processes
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

/** Held 290 MB in all with 256 MB of heap. With the first compiler alone it starts in half the processor time. */
const JVM = [
  "-Xmx256m",
  "-XX:+UseSerialGC",
  "-XX:TieredStopAtLevel=1",
  "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
];
