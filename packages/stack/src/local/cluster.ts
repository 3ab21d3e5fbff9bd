import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { brokerAnswers } from "@teravoz/kafka";
import type { Cluster, ClusterOptions, NodeName } from "../cluster.ts";
import { rotateLog } from "../process/log-file.ts";
import { until } from "../process/until.ts";
import { withAdmin } from "../providers/answers.ts";
import { ensureReplicaSet } from "../providers/replica-set.ts";
import { type Addresses, sayLine } from "../stack.ts";
import { type ClusterEndpoints, chooseEndpoints, NUMBERS } from "./cluster-endpoints.ts";
import { planKafka } from "./kafka.ts";
import { allOrFirstFault } from "./local.ts";
import { directUri, planMember } from "./mongodb.ts";
import { createPart, type LocalPart, type Plan } from "./part.ts";
import { fetchPrograms } from "./programs.ts";
import { planRegistry } from "./registry.ts";
import { createWorkspace } from "./workspace.ts";

/** The longest wait for a start: four times the usual time on two busy cores. */
const START_LIMIT_MS = 90_000;

type Nodes = Map<NodeName, LocalPart>;

/** Opens a cluster. Throws CannotStart if a tool is missing. If the opening fails, the started nodes are stopped. */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const data = join(options.dir, "data");
  if (options.fresh) await rm(data, { recursive: true, force: true });
  await mkdir(data, { recursive: true });
  const endpoints = await chooseEndpoints(options);
  const addresses = addressesOf(endpoints);
  const plans = await planNodes(options, endpoints, addresses);
  const nodes: Nodes = new Map(plans.map((plan) => [plan.spec.name as NodeName, openNode(plan, options)]));
  const startedAt = Date.now();
  try {
    await startAll(nodes, endpoints, addresses, options.signal);
  } catch (error) {
    await closeAll(nodes);
    throw error;
  }
  const { say = sayLine } = options;
  say(`cluster: ${nodes.size} nodes serve after ${((Date.now() - startedAt) / 1_000).toFixed(1)} s`);
  return controls(nodes, addresses);
}

function addressesOf({ kafka, mongodb, registry }: ClusterEndpoints): Addresses {
  const clients = kafka.flatMap(({ endpoints: { client } }) => client ?? []);
  return {
    kafka: clients.map(({ advertised }) => `127.0.0.1:${advertised}`).join(","),
    registry: `http://127.0.0.1:${registry}/apis/ccompat/v7`,
    mongodb: `mongodb://${hostsOf({ mongodb }).join(",")}/teravoz?replicaSet=rs0`,
  };
}

const hostsOf = ({ mongodb }: Pick<ClusterEndpoints, "mongodb">) =>
  mongodb.map(({ advertised }) => `127.0.0.1:${advertised}`);

async function planNodes(options: ClusterOptions, endpoints: ClusterEndpoints, addresses: Addresses) {
  const { dir, env = process.env, say = sayLine, signal, kafkaSettings, mongodArgs = [] } = options;
  const { jars, classes, app, mongod } = await fetchPrograms({ env, say, signal });
  const workspace = createWorkspace(dir, env, signal);
  const jvm = [...BROKER_JVM, `-XX:SharedArchiveFile=${classes}`];
  const cluster = { jars, jvm, nodes: endpoints.kafka, settings: kafkaSettings };
  return Promise.all([
    ...endpoints.kafka.map((node) => planKafka(workspace, node, cluster)),
    ...endpoints.mongodb.map(({ name, port }) =>
      planMember(workspace, { name, port, mongod, args: [...MEMBER_ARGS, ...mongodArgs] }),
    ),
    planRegistry(workspace, { app, port: endpoints.registry, kafka: addresses.kafka }),
  ]);
}

/**
 * Options for brokers. Three of them share two cores: with only the first compiler a broker is up after 2.4 s of
 * processor time instead of 4.7 s.
 */
const BROKER_JVM = ["-Xmx400m", "-XX:TieredStopAtLevel=1"];

/** Shortens the time that mongod waits for its clients to leave at a stop: 15 s by default. */
const MEMBER_ARGS = ["--setParameter", "shutdownTimeoutMillisForSignaledShutdown=2000"];

function openNode(plan: Plan, { signal }: ClusterOptions): LocalPart {
  rotateLog(plan.spec.log);
  return createPart(plan, signal);
}

/** Starts brokers, controllers and members at once, then the registry, which needs the brokers. */
async function startAll(
  nodes: Nodes,
  endpoints: ClusterEndpoints,
  addresses: Addresses,
  signal?: AbortSignal,
) {
  const limit = { limitMs: START_LIMIT_MS, signal };
  const kafka = async () => {
    await allOrFirstFault(select(nodes, /^(kafka|controller)-/).map((node) => node.start()));
    const serve = () => brokerAnswers(addresses.kafka, NUMBERS.length);
    await until(serve, { ...limit, what: "three brokers serve" });
    await nodes.get("registry")!.start();
  };
  const mongodb = async () => {
    const members = select(nodes, /^mongodb-/).map((node) => node.start());
    await allOrFirstFault([...members, formSet(endpoints, signal)]);
  };
  await allOrFirstFault([kafka(), mongodb()]);
}

const select = (nodes: Nodes, names: RegExp) =>
  [...nodes].flatMap(([name, node]) => (names.test(name) ? node : []));

/**
 * Creates the replica set as soon as its first member answers, and forces an election at once: otherwise members wait
 * 10 s for a primary.
 */
function formSet(endpoints: ClusterEndpoints, signal?: AbortSignal): Promise<void> {
  const uri = directUri(endpoints.mongodb[0]!.port);
  const hosts = hostsOf(endpoints);
  const isFormed = async () => {
    await ensureReplicaSet(uri, hosts);
    return hasPrimary(uri);
  };
  const formed = () => isFormed().catch(() => false);
  return until(formed, { limitMs: START_LIMIT_MS, what: "the replica set has a primary", signal });
}

const hasPrimary = (uri: string) =>
  withAdmin(uri, async (command) => {
    const { primary } = await command({ hello: 1 });
    if (!primary) await command({ replSetStepUp: 1 });
    return primary !== undefined;
  });

function controls(nodes: Nodes, addresses: Addresses): Cluster {
  const find = (name: NodeName): LocalPart => {
    const node = nodes.get(name);
    if (!node) throw new Error(`the cluster has no node ${name}`);
    return node;
  };
  return {
    addresses,
    nodes: [...nodes.keys()],
    async kill(name) {
      find(name).signal("SIGKILL");
      await find(name).ended();
    },
    pause: async (name) => find(name).signal("SIGSTOP"),
    resume: async (name) => find(name).signal("SIGCONT"),
    start: (name) => find(name).start(),
    stop: (name) => find(name).stop(),
    wipe: (name) => find(name).wipe(),
    ended: (name) => find(name).ended(),
    close: () => closeAll(nodes),
  };
}

/** Stops all nodes. A node that needs another one stops first. */
async function closeAll(nodes: Nodes): Promise<void> {
  for (const names of [/^registry$/, /^mongodb-/, /^kafka-/, /^controller-/])
    await Promise.all(select(nodes, names).map((node) => node.stop()));
}
