import { join } from "node:path";
import {
  type Cluster,
  type ClusterOptions,
  type Listener,
  type NodeName,
  openCluster,
  type Part,
  type Stack,
} from "@teravoz/stack";
import { type Document, MongoClient } from "mongodb";
import { openProxy, type TcpProxy } from "../../support/stack/tcp-proxy.ts";

/** A node of Kafka. `port` is its own port, not that of a proxy. */
export type KafkaNode = { name: NodeName; id: number; port: number };
/** A member of the replica set. `command` goes to this member alone, without its proxy. */
export type Member = { name: NodeName; command(command: Document): Promise<Document> };

/** A cluster whose nodes have a proxy before each of their listeners, for clients and for other nodes alike. */
export type FaultyCluster = Omit<Cluster, "kill" | "stop" | "start" | "wipe" | "pause" | "resume"> &
  Record<"kill" | "stop" | "start" | "wipe" | "pause" | "resume", (node: string) => Promise<void>> & {
    dir: string;
    brokers: readonly KafkaNode[];
    /** The controllers. These are the brokers, unless they are separate. */
    controllers: readonly KafkaNode[];
    members: readonly Member[];
    proxyOf(node: string, listener: Listener): TcpProxy;
    proxies: readonly { node: NodeName; listener: Listener; proxy: TcpProxy }[];
    /**
     * Calls `onEnd` for each node that ends without a strike, from now on. Returns a function that removes the
     * callback.
     */
    watchEnds(onEnd: (node: string, how: string) => void): () => void;
    /** Heals all links, and resumes and starts all nodes. */
    restore(): Promise<void>;
  };

type Proxied = FaultyCluster["proxies"][number] & { port: number };

/** A leader must drop unreachable followers during a campaign. Kafka's default is 30 s. */
const KAFKA_SETTINGS = { "replica.lag.time.max.ms": 10_000 };

export async function openFaultyCluster(
  options: Omit<ClusterOptions, "advertise" | "ports">,
): Promise<FaultyCluster> {
  const proxied: Proxied[] = [];
  const advertise = async (node: NodeName, listener: Listener, port: number) => {
    const proxy = await openProxy({ host: "127.0.0.1", port });
    proxied.push({ node, listener, proxy, port });
    return proxy.port;
  };
  const closeProxies = () => Promise.all(proxied.map(({ proxy }) => proxy.close()));
  const settings = { ...KAFKA_SETTINGS, ...options.kafkaSettings };
  const opening = openCluster({ ...options, kafkaSettings: settings, ports: "free", advertise });
  const cluster = await opening.catch(async (error) => {
    await closeProxies();
    throw error;
  });
  const members = proxied.filter(({ listener }) => listener === "member").map(openMember);
  return {
    ...watched(cluster),
    dir: options.dir,
    brokers: nodesOf(proxied, "client"),
    controllers: nodesOf(proxied, "controller"),
    members,
    proxies: proxied,
    proxyOf: (node, listener) =>
      proxied.find((each) => each.node === node && each.listener === listener)!.proxy,
    restore: async () => {
      for (const { proxy } of proxied) proxy.heal();
      for (const node of cluster.nodes) await cluster.resume(node);
      await Promise.all(cluster.nodes.map((node) => cluster.start(node)));
    },
    close: async () => {
      await Promise.all(members.map(({ close }) => close()));
      await cluster.close();
      await closeProxies();
    },
  };
}

const nodesOf = (proxied: Proxied[], wanted: Listener): KafkaNode[] =>
  proxied
    .filter(({ listener }) => listener === wanted)
    .map(({ node, port }) => ({ name: node, id: idOf(node), port }))
    .sort((one, other) => one.id - other.id);

/** Returns the id that `openCluster` gives a node. */
const idOf = (node: NodeName) => Number(node.split("-")[1]) + (node.startsWith("controller") ? 100 : 0);

/** Limit for a command, because a frozen member must not delay the answers of the others. */
const PATIENCE_MS = 1_500;

function openMember({ node, port }: Proxied) {
  const client = new MongoClient(`mongodb://127.0.0.1:${port}/?directConnection=true`, {
    serverSelectionTimeoutMS: PATIENCE_MS,
    connectTimeoutMS: PATIENCE_MS,
    socketTimeoutMS: PATIENCE_MS,
    heartbeatFrequencyMS: 1_000,
  });
  return {
    name: node,
    command: (command: Document) => client.db("admin").command(command),
    close: () => client.close(),
  };
}

/** Returns the same controls, which also note the nodes that they end. */
function watched(
  cluster: Cluster,
): Omit<Cluster, "ended"> & Pick<FaultyCluster, "ended" | "watchEnds"> & Controls {
  const doomed = new Set<string>();
  const watchers = new Set<(node: string, how: string) => void>();
  const watch = (node: NodeName) =>
    void cluster.ended(node).then((how) => {
      if (!doomed.has(node)) for (const onEnd of watchers) onEnd(node, how);
    });
  const dooming = (control: (node: NodeName) => Promise<void>) => (node: string) => {
    doomed.add(node);
    return control(node as NodeName);
  };
  for (const node of cluster.nodes) watch(node);
  return {
    ...cluster,
    kill: dooming(cluster.kill),
    stop: dooming(cluster.stop),
    wipe: dooming(cluster.wipe),
    pause: (node) => cluster.pause(node as NodeName),
    resume: (node) => cluster.resume(node as NodeName),
    start: async (node) => {
      await cluster.start(node as NodeName);
      if (doomed.delete(node)) watch(node as NodeName);
    },
    watchEnds: (onEnd) => {
      watchers.add(onEnd);
      return () => void watchers.delete(onEnd);
    },
  };
}

type Controls = Pick<FaultyCluster, "kill" | "stop" | "start" | "wipe" | "pause" | "resume">;

export const logOf = ({ dir }: FaultyCluster, node: string) => join(dir, "logs", `${node}.log`);
export const dataOf = ({ dir }: FaultyCluster, node: string) => join(dir, "data", node);

/** Returns the cluster as a stack with one of each part. The registry is the only part that is one node. */
export function asStack(cluster: FaultyCluster): Stack {
  const nodeOf = (part: Part) => {
    if (part !== "registry") throw new Error(`${part} has several nodes: name one`);
    return part;
  };
  return {
    provider: "local",
    addresses: cluster.addresses,
    kill: (part) => cluster.kill(nodeOf(part)),
    pause: (part) => cluster.pause(nodeOf(part)),
    resume: (part) => cluster.resume(nodeOf(part)),
    start: (part) => cluster.start(nodeOf(part)),
    ended: (part) => cluster.ended(nodeOf(part)),
    stop: () => cluster.close(),
  };
}
