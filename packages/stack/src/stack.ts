/** The addresses of the parts, as the services and their tests are given them. */
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

/** Takes one line for whoever is watching. */
export type Say = (line: string) => void;

/** Real Kafka, schema registry and MongoDB. The controls do nothing where it is so already, and throw where the parts are not ours (external). */
export type Stack = {
  provider: Provider;
  addresses: Addresses;
  /** As kill -9 does; resolves when the part is gone. */
  kill(part: Part): Promise<void>;
  /** As SIGSTOP does: it holds its connections and answers nothing. */
  pause(part: Part): Promise<void>;
  resume(part: Part): Promise<void>;
  /** Starts it again with the same port and data; resolves when it serves. */
  start(part: Part): Promise<void>;
  /** Resolves with how the part that runs now came to its end; stays pending while it lives. */
  ended(part: Part): Promise<string>;
  /** Stops all parts in order; data stays. */
  stop(): Promise<void>;
};

export type StackOptions = {
  /** Holds data/, logs/ and pids.json of the local parts. */
  dir: string;
  /** `free`: ports of its own (tests); `default`: 9092, 8081, 27017 or the next free ones. */
  ports: "free" | "default";
  /** Begins without the data of the run before; what runs elsewhere keeps its own. */
  fresh?: boolean;
  /** Default: STACK, else the first provider that works. */
  provider?: Provider;
  /** Default: this process's. */
  env?: NodeJS.ProcessEnv;
  /** Default: standard output. */
  say?: Say;
  /** Ends the opening: what was started is stopped, openStack rejects. */
  signal?: AbortSignal;
};

/** Something the person at the terminal can put right: its message is all that is shown. */
export class CannotStart extends Error {
  override name = "CannotStart";
}

export const sayLine: Say = (line) => void process.stdout.write(`${line}\n`);
