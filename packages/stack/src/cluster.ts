import type { Addresses, Say } from "./stack.ts";

/**
 * kafka-1 to kafka-3, mongodb-1 to mongodb-3, registry, and controller-1 to controller-3 if controllers are separate.
 */
export type NodeName = `kafka-${number}` | `controller-${number}` | `mongodb-${number}` | "registry";

/**
 * The kind of connections that a node accepts: of clients and of brokers (kafka), of controllers and brokers
 * (controller), of all (mongodb).
 */
export type Listener = "client" | "broker" | "controller" | "member";

/**
 * Three brokers, a replica set of three and one registry, as processes of this machine. Each partition has three
 * copies, two of which must acknowledge a write; MongoDB acknowledges with two. Nodes keep their ports and data. A
 * control does nothing if the node is already in that state.
 */
export type Cluster = {
  /** The addresses of all brokers and all members; the advertised ones if they differ. */
  addresses: Addresses;
  nodes: readonly NodeName[];
  /** Kills the node like kill -9. Resolves when it is gone. */
  kill(node: NodeName): Promise<void>;
  /** Pauses the node like SIGSTOP: it keeps its connections and answers nothing. */
  pause(node: NodeName): Promise<void>;
  resume(node: NodeName): Promise<void>;
  /**
   * Starts the node again. Resolves when it accepts connections as a broker, or is primary or secondary of its set. A
   * broker needs two running controllers: start several nodes at once if fewer run.
   */
  start(node: NodeName): Promise<void>;
  /** Stops the node, and kills it after 15 s. Resolves when it is gone. */
  stop(node: NodeName): Promise<void>;
  /** Kills the node and deletes its data. At its next start it is a new machine under the old name. */
  wipe(node: NodeName): Promise<void>;
  /** Resolves with the way in which the running node ended. Pending while it runs. */
  ended(node: NodeName): Promise<string>;
  /** Stops all nodes in order. Data are kept. */
  close(): Promise<void>;
};

export type ClusterOptions = {
  /** The directory of data/, logs/ and pids.json. */
  dir: string;
  /** `free`: any free ports (tests). `default`: 9092, 8081 and 27017 and the following ports, or the next free ones. */
  ports: "free" | "default";
  /** Starts without the data of the previous run. */
  fresh?: boolean;
  /** Three separate controllers, controller-1 to controller-3. Otherwise each broker is a controller too. */
  separateControllers?: boolean;
  /**
   * Returns the port under which others reach a listener of a node, for clients and nodes alike: the listener's own
   * port, or that of a proxy on 127.0.0.1 that leads to `port`. Called once for each listener, before any node starts.
   * Not called for the registry.
   */
  advertise?(node: NodeName, listener: Listener, port: number): number | Promise<number>;
  /** Added to the settings of every broker and controller. */
  kafkaSettings?: Readonly<Record<string, string | number | boolean>>;
  /** Added to the command line of every mongod. */
  mongodArgs?: readonly string[];
  /** Default: the environment of this process. */
  env?: NodeJS.ProcessEnv;
  /** Default: standard output. */
  say?: Say;
  /** Aborts the opening: the started nodes are stopped, and openCluster rejects. */
  signal?: AbortSignal;
};
