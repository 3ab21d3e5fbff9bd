import {
  GenericContainer,
  Network,
  type StartedNetwork,
  type StartedTestContainer,
  Wait,
} from "testcontainers";
import { addressesAt } from "../addresses.ts";
import type { Part, Ports, Stack } from "../stack.ts";
import { containerStack, IMAGES, isObtainable, START_LIMIT_MS, untilAnswers } from "./docker.ts";
import { ensureReplicaSet } from "./replica-set.ts";

export type ContainersOptions = { ports: Ports; signal?: AbortSignal | undefined };

type Started = { network?: StartedNetwork; containers: Partial<Record<Part, StartedTestContainer>> };

/** Opens containers for this stack alone, in a separate network. They are removed with their data at the stop. */
export async function openContainers({ ports, signal }: ContainersOptions): Promise<Stack> {
  const started: Started = { containers: {} };
  const addresses = addressesAt(ports);
  await decideOnReaper();
  try {
    await startAll(started, ports, signal);
    const ids = idsOf(started.containers as Record<Part, StartedTestContainer>);
    return containerStack({ ids, addresses, env: process.env, stop: () => removeAll(started) });
  } catch (error) {
    await removeAll(started);
    throw error;
  }
}

/** The image that this version of testcontainers uses. */
const REAPER_IMAGE = "testcontainers/ryuk:0.14.0";

/**
 * Disables the reaper if its image cannot be obtained. The reaper removes the containers of crashed processes; without
 * it we only stop our own.
 */
async function decideOnReaper(): Promise<void> {
  const { env } = process;
  env.RYUK_CONTAINER_IMAGE ??= REAPER_IMAGE;
  if (env.TESTCONTAINERS_RYUK_DISABLED === undefined && !(await isObtainable(env.RYUK_CONTAINER_IMAGE, env)))
    env.TESTCONTAINERS_RYUK_DISABLED = "true";
}

async function startAll(started: Started, ports: Ports, signal?: AbortSignal): Promise<void> {
  const addresses = addressesAt(ports);
  started.network = await new Network().start();
  const open = async (part: Part, container: GenericContainer) => {
    signal?.throwIfAborted();
    started.containers[part] = await container.withNetwork(started.network!).withNetworkAliases(part).start();
    if (part === "mongodb") await ensureReplicaSet(addresses.mongodb, ["127.0.0.1:27017"]);
    await untilAnswers(part, addresses, signal);
  };
  await open("mongodb", mongodb(ports.mongodb));
  await open("kafka", kafka(ports.kafka));
  await open("registry", registry(ports.registry));
}

/** Creates the broker. This machine reaches it by its port here, the registry by its name in the network. */
const kafka = (port: number) =>
  new GenericContainer(IMAGES.kafka)
    .withExposedPorts({ container: 9092, host: port })
    .withEnvironment({
      KAFKA_NODE_ID: "1",
      KAFKA_PROCESS_ROLES: "broker,controller",
      KAFKA_CONTROLLER_QUORUM_VOTERS: "1@localhost:9093",
      KAFKA_CONTROLLER_LISTENER_NAMES: "CONTROLLER",
      KAFKA_LISTENERS: "HOST://:9092,NETWORK://:19092,CONTROLLER://:9093",
      KAFKA_ADVERTISED_LISTENERS: `HOST://127.0.0.1:${port},NETWORK://kafka:19092`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: "HOST:PLAINTEXT,NETWORK:PLAINTEXT,CONTROLLER:PLAINTEXT",
      KAFKA_INTER_BROKER_LISTENER_NAME: "NETWORK",
      // a fixed path for the tests: without it there are two defaults
      KAFKA_LOG_DIRS: "/var/lib/kafka/data",
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: "false",
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: "1",
      KAFKA_OFFSETS_RETENTION_MINUTES: "14400",
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: "1",
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: "1",
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: "1",
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: "1",
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: "0",
      // as for the local broker: the tests' sessions are shorter than the 6 s that a broker requires by default
      KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS: "2000",
      // as for the local broker: a killed broker may register again when its session has ended
      KAFKA_BROKER_SESSION_TIMEOUT_MS: "4000",
      KAFKA_BROKER_HEARTBEAT_INTERVAL_MS: "1000",
    })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/));

/** Creates the registry. Its log does not show when it listens, so the default check waits for an open port. */
const registry = (port: number) =>
  new GenericContainer(IMAGES.registry)
    .withExposedPorts({ container: 8080, host: port })
    .withEnvironment({
      APICURIO_STORAGE_KIND: "kafkasql",
      APICURIO_KAFKASQL_BOOTSTRAP_SERVERS: "kafka:19092",
      // halves the processor time of the start
      JAVA_OPTS_APPEND: "-XX:TieredStopAtLevel=1",
    })
    .withStartupTimeout(START_LIMIT_MS);

const mongodb = (port: number) =>
  new GenericContainer(IMAGES.mongodb)
    .withExposedPorts({ container: 27017, host: port })
    .withCommand(["--replSet", "rs0", "--wiredTigerCacheSizeGB", "0.25"])
    .withWaitStrategy(Wait.forLogMessage(/Waiting for connections/));

const idsOf = (containers: Record<Part, StartedTestContainer>): Record<Part, string> => ({
  kafka: containers.kafka.getId(),
  registry: containers.registry.getId(),
  mongodb: containers.mongodb.getId(),
});

async function removeAll({ containers, network }: Started): Promise<void> {
  for (const part of ["registry", "mongodb", "kafka"] as const) await containers[part]?.stop();
  await network?.stop();
}
