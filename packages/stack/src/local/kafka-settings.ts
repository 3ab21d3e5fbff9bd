export type Endpoint = {
  /** The port that the node binds, on 127.0.0.1. */
  port: number;
  /** The port that others connect to, on 127.0.0.1: the same one, or that of a proxy. */
  advertised: number;
};

/** Returns an endpoint without a proxy in front of it. */
export const sameForAll = (port: number): Endpoint => ({ port, advertised: port });

export type KafkaListener = "client" | "broker" | "controller";

export type KafkaNode = {
  /** The name of its data, settings and log. */
  name: string;
  id: number;
  /** The listeners. A broker has `client` and `broker`, a controller has `controller`; most nodes have all three. */
  endpoints: { [listener in KafkaListener]?: Endpoint | undefined };
};

export type Settings = Readonly<Record<string, string | number | boolean>>;

type Surroundings = { nodes: readonly KafkaNode[]; settings?: Settings | undefined; data: string };

/** Returns the properties file of a node. */
export function kafkaSettings(node: KafkaNode, { nodes, settings, data }: Surroundings): string {
  const all: Settings = {
    ...placeOf(node, nodes),
    "log.dirs": data,
    ...POLICY,
    ...SMALL,
    ...copiesFor(nodes.filter(isBroker).length),
    ...settings,
  };
  return Object.entries(all)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");
}

const isBroker = ({ endpoints }: KafkaNode) => endpoints.client !== undefined;
const isController = ({ endpoints }: KafkaNode) => endpoints.controller !== undefined;

function placeOf(node: KafkaNode, nodes: readonly KafkaNode[]): Settings {
  const roles = [isBroker(node) && "broker", isController(node) && "controller"].filter(Boolean);
  const addresses = (which: keyof Endpoint) =>
    Object.entries(node.endpoints)
      .flatMap(([name, endpoint]) => (endpoint ? `${name.toUpperCase()}://127.0.0.1:${endpoint[which]}` : []))
      .join(",");
  const voters = nodes.filter(isController);
  return {
    "process.roles": roles.join(","),
    "node.id": node.id,
    "controller.quorum.voters": voters
      .map(({ id, endpoints }) => `${id}@127.0.0.1:${endpoints.controller!.advertised}`)
      .join(","),
    listeners: addresses("port"),
    "advertised.listeners": addresses("advertised"),
    "controller.listener.names": "CONTROLLER",
    ...(isBroker(node) ? { "inter.broker.listener.name": "BROKER" } : {}),
    "listener.security.protocol.map": "CLIENT:PLAINTEXT,BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT",
  };
}

/**
 * Settings for every machine. Brokers create no topic by accident. Offsets are kept for 10 days, longer than the seven
 * days for which a record is safe.
 */
const POLICY: Settings = {
  "auto.create.topics.enable": false,
  "unclean.leader.election.enable": false,
  "offsets.retention.minutes": 14_400,
  "log.cleaner.enable": true,
};

/** Settings for a small machine: few internal partitions, a small buffer of the cleaner, short waits. */
const SMALL: Settings = {
  "offsets.topic.num.partitions": 8,
  "transaction.state.log.num.partitions": 4,
  "group.initial.rebalance.delay.ms": 0,
  // the tests' sessions are shorter than the 6 s that a broker requires by default
  "group.min.session.timeout.ms": 2_000,
  // when the session of a killed broker has ended, its partitions get a new leader and it may register again: 9 s by
  // default
  "broker.session.timeout.ms": 4_000,
  "broker.heartbeat.interval.ms": 1_000,
  "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
};

/**
 * Returns the number of copies: three if there are enough brokers. Two of three must acknowledge, so that one broker
 * may be lost.
 */
function copiesFor(brokers: number): Settings {
  const copies = Math.min(brokers, 3);
  const inSync = Math.max(copies - 1, 1);
  return {
    "default.replication.factor": copies,
    "min.insync.replicas": inSync,
    "offsets.topic.replication.factor": copies,
    "transaction.state.log.replication.factor": copies,
    "transaction.state.log.min.isr": inSync,
    "share.coordinator.state.topic.replication.factor": copies,
    "share.coordinator.state.topic.min.isr": inSync,
  };
}
