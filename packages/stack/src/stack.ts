/** The addresses of the parts, for services and tests. */
export type Addresses = {
  /** host:port, several separated by commas. */
  kafka: string;
  /** URL with the path of the Confluent API. */
  registry: string;
  /** URI with database. */
  mongodb: string;
};

export type Part = "kafka" | "registry" | "mongodb";
export type Provider = "external" | "containers" | "local";
export type Ports = Record<Part, number>;

/** Prints one line for the user. */
export type Say = (line: string) => void;

/**
 * Real Kafka, schema registry and MongoDB. A control does nothing if the part is already in that state, and throws if
 * the part is not ours (external).
 */
export type Stack = {
  provider: Provider;
  addresses: Addresses;
  /** Kills the part like kill -9. Resolves when it is gone. */
  kill(part: Part): Promise<void>;
  /** Pauses the part like SIGSTOP: it keeps its connections and answers nothing. */
  pause(part: Part): Promise<void>;
  resume(part: Part): Promise<void>;
  /** Starts the part again with the same port and data. Resolves when it serves. */
  start(part: Part): Promise<void>;
  /** Resolves with the way in which the running part ended. Pending while it runs. */
  ended(part: Part): Promise<string>;
  /** Stops all parts in order. Data are kept. */
  stop(): Promise<void>;
};

export type StackOptions = {
  /** The directory of data/, logs/ and pids.json of the local parts. */
  dir: string;
  /** `free`: any free ports (tests). `default`: 9092, 8081, 27017 or the next free ones. */
  ports: "free" | "default";
  /** Starts without the data of the previous run. External parts keep theirs. */
  fresh?: boolean;
  /** Default: STACK, else the first provider that works. */
  provider?: Provider;
  /** Default: the environment of this process. */
  env?: NodeJS.ProcessEnv;
  /** Default: standard output. */
  say?: Say;
  /** Aborts the opening: the started parts are stopped, and openStack rejects. */
  signal?: AbortSignal;
};

/** An error that the user can correct. Only its message is shown. */
export class CannotStart extends Error {
  override name = "CannotStart";
}

export const sayLine: Say = (line) => void process.stdout.write(`${line}\n`);
