import { readFileSync } from "node:fs";
import type { Config, kafkaSettings, Log } from "@teravoz/runtime";
import kafkajs, {
  type Kafka,
  type KafkaConfig as KafkaJsOptions,
  type LogEntry,
  type SASLOptions,
} from "kafkajs";
import "./kafkajs-connections.ts";
import "./kafkajs-fetchers.ts";

export type KafkaConfig = Config<typeof kafkaSettings>;
/** The one handle on kafkajs; what is inside stays in this package. */
export type KafkaClient = {
  /** Session of every consumer opened from this client, in ms. */
  readonly sessionTimeoutMs: number;
  /**
   * A kafkajs client for one producer, consumer or admin. It begins with another broker of KAFKA_BROKERS than the one opened before
   * it. It stops connecting when it is no longer wanted: after a disconnect kafkajs goes on trying for all of its retries.
   */
  open(options?: OpenOptions): Kafka;
};

type OpenOptions = {
  /** Default: always. */
  isWanted?: () => boolean;
  /** How long a broker may take to answer a request. */
  requestTimeoutMs?: number;
};

/**
 * Set on client, producer, consumer and admin alike: kafkajs has other defaults under NODE_ENV=test, and five retries
 * where it means "for ever". Twelve steps from 100 ms to 1 s are about ten seconds, longer than any deadline of ours.
 */
export const RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 12, factor: 0.2, multiplier: 2 };

/** A broker that accepts no connection for this long counts as unreachable. */
const CONNECT_MS = 2_000;
/** Brokers take longer to create topics, or to let a group rebalance, than to answer anything else. */
const REQUEST_MS = 3_000;

/** Reads the CA file, where one is named, at once: throws where it cannot. Connects to nothing yet. */
export function createClient({
  config,
  clientId,
  log,
}: {
  config: KafkaConfig;
  clientId: string;
  log: Log;
}): KafkaClient {
  const options = { clientId, log, ...securityOf(config) };
  const nextSeeds = createSeeds(config.KAFKA_BROKERS);
  return {
    sessionTimeoutMs: config.KAFKA_SESSION_TIMEOUT_MS,
    open: ({ isWanted = () => true, requestTimeoutMs: requestTimeout = REQUEST_MS } = {}) => {
      const seeds = nextSeeds();
      // kafkajs ends its retries for good where it is given no broker
      return openKafka({ ...options, requestTimeout, brokers: async () => (isWanted() ? seeds : []) });
    },
  };
}

/** The seeds of each new client: one that replaces another does not begin with the broker that may have failed it. */
export function createSeeds(brokers: readonly string[]): () => string[] {
  let opened = 0;
  return () => {
    const first = opened++ % brokers.length;
    return [...brokers.slice(first), ...brokers.slice(0, first)];
  };
}

type Options = Omit<KafkaJsOptions, "logCreator"> & { log: Log };

function openKafka({ log, ...options }: Options): Kafka {
  return new kafkajs.Kafka({
    ...options,
    // the webhook's deadline is 5 s: after one frozen broker there must be time for another one
    connectionTimeout: CONNECT_MS,
    authenticationTimeout: CONNECT_MS,
    enforceRequestTimeout: true,
    retry: RETRY,
    logLevel: kafkajs.logLevel.INFO,
    logCreator: () => (entry) => writeEntry(log, entry),
  });
}

function securityOf(config: KafkaConfig): Pick<KafkaJsOptions, "ssl" | "sasl"> {
  const sasl = saslOf(config);
  const ca = config.KAFKA_CA_FILE && readFileSync(config.KAFKA_CA_FILE, "utf8");
  return {
    ...(config.KAFKA_TLS ? { ssl: ca ? { ca: [ca] } : true } : {}),
    ...(sasl ? { sasl } : {}),
  };
}

function saslOf(config: KafkaConfig): SASLOptions | undefined {
  const mechanism = config.KAFKA_SASL_MECHANISM;
  if (!mechanism) return undefined;
  return {
    mechanism,
    username: config.KAFKA_USERNAME ?? "",
    password: config.KAFKA_PASSWORD ?? "",
  } as SASLOptions;
}

/** kafkajs logs each retry as an error: here a warning. What follows a colon is a foreign error's message: cut. */
function writeEntry(log: Log, { level, namespace, log: { message } }: LogEntry): void {
  const line = `kafka: ${String(message).split(":")[0]}`;
  if (level <= kafkajs.logLevel.WARN) log.warn({ component: namespace }, line);
  else log.debug({ component: namespace }, line);
}

/** kafkajs sets timers to moments gone by; harmless, and Node warns each process once (github.com/tulios/kafkajs/issues/1751). */
const emitWarning = process.emitWarning.bind(process) as (...args: unknown[]) => void;
process.emitWarning = (...args: unknown[]) => {
  if (args[1] !== "TimeoutNegativeWarning") emitWarning(...args);
};

/** Whether a broker answers at one of these addresses ("host:port", several separated by commas) right now, and knows `atLeast` that serve. */
export async function brokerAnswers(brokers: string, atLeast = 1): Promise<boolean> {
  return (await Promise.all(brokers.split(",").map((address) => answersAt(address, atLeast)))).includes(true);
}

async function answersAt(address: string, atLeast: number): Promise<boolean> {
  const kafka = new kafkajs.Kafka({
    brokers: [address],
    connectionTimeout: 1_000,
    requestTimeout: 2_000,
    retry: { retries: 0 },
    logLevel: kafkajs.logLevel.NOTHING,
  });
  const admin = kafka.admin({ retry: { retries: 0 } });
  try {
    await admin.connect();
    const cluster = await admin.describeCluster();
    return cluster.brokers.length >= atLeast && cluster.controller !== null;
  } catch {
    return false;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}
