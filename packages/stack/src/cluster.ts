import type { Addresses, Say } from "./stack.ts";

/** kafka-1, kafka-2, kafka-3; mongodb-1, mongodb-2, mongodb-3; registry; controller-1 to controller-3 where they are separate. */
export type NodeName = `kafka-${number}` | `controller-${number}` | `mongodb-${number}` | "registry";

/** Where a node takes connections: of clients and of brokers (kafka), of controllers and brokers (controller), of all (mongodb). */
export type Listener = "client" | "broker" | "controller" | "member";

/**
 * Three brokers, a replica set of three and one registry, as processes of this machine. Each partition has three copies, of which two
 * acknowledge a write; MongoDB acknowledges with two. Nodes keep their ports and data. The controls do nothing where it is so already.
 */
export type Cluster = {
  /** All brokers and all members; those advertised where they differ. */
  addresses: Addresses;
  nodes: readonly NodeName[];
  /** As kill -9 does; resolves when the node is gone. */
  kill(node: NodeName): Promise<void>;
  /** As SIGSTOP does: it holds its connections and answers nothing. */
  pause(node: NodeName): Promise<void>;
  resume(node: NodeName): Promise<void>;
  /**
   * Starts it again; resolves when it takes connections as a broker, or is primary or secondary of its set. A broker needs two controllers
   * for it: start nodes at once where fewer run.
   */
  start(node: NodeName): Promise<void>;
  /** Asks it to stop, kills it where it has not after 15 s; resolves when it is gone. */
  stop(node: NodeName): Promise<void>;
  /** Kills it and empties its disk: at its next start it is a new machine under the old name. */
  wipe(node: NodeName): Promise<void>;
  /** Resolves with how the node that runs now came to its end; stays pending while it lives. */
  ended(node: NodeName): Promise<string>;
  /** Stops all nodes in order; data stay. */
  close(): Promise<void>;
};

export type ClusterOptions = {
  /** Holds data/, logs/ and pids.json. */
  dir: string;
  /** `free`: ports of its own (tests); `default`: from 9092, 8081 and 27017 on, or the next free ones. */
  ports: "free" | "default";
  /** Begins without the data of the run before. */
  fresh?: boolean;
  /** Three controllers of their own, controller-1 to controller-3; otherwise each broker is one. */
  separateControllers?: boolean;
  /**
   * The port under which others reach a listener of a node, for clients and nodes alike: its own, or that of a proxy on 127.0.0.1 that
   * leads to `port`. Asked once, before any node starts. The registry has none.
   */
  advertise?(node: NodeName, listener: Listener, port: number): number | Promise<number>;
  /** Added to the settings of every broker and controller. */
  kafkaSettings?: Readonly<Record<string, string | number | boolean>>;
  /** Added to the command line of every mongod. */
  mongodArgs?: readonly string[];
  /** Default: this process's. */
  env?: NodeJS.ProcessEnv;
  /** Default: standard output. */
  say?: Say;
  /** Ends the opening: what was started is stopped, openCluster rejects. */
  signal?: AbortSignal;
};
