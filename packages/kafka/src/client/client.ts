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
/** The only access to kafkajs. kafkajs itself is not used outside this package. */
export type KafkaClient = {
  /** The session timeout of every consumer opened from this client, in ms. */
  readonly sessionTimeoutMs: number;
  /**
   * Opens a kafkajs client for one producer, consumer or admin. It begins with a different broker of KAFKA_BROKERS than
   * the client that was opened before it. It stops connecting once `isWanted` returns false. Without that, kafkajs
   * continues with all of its retries after a disconnect.
   */
  open(options?: OpenOptions): Kafka;
};

type OpenOptions = {
  /** Returns whether the client may still connect (default: always true). */
  isWanted?: () => boolean;
  /** The time limit for the answer to a request, in ms. */
  requestTimeoutMs?: number;
};

/**
 * The retry settings of every client, producer, consumer and admin. They are set everywhere because the defaults of
 * kafkajs differ under NODE_ENV=test and stop after five retries. Twelve retries from 100 ms to 1 s take about ten
 * seconds, longer than any deadline of ours.
 */
export const RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 12, factor: 0.2, multiplier: 2 };

/** A broker that accepts no connection for this long is treated as unreachable. */
const CONNECT_MS = 2_000;
/** The default time limit of a request. Creating topics and rebalancing a group take longer than any other request. */
const REQUEST_MS = 3_000;

/** Creates the handle without connecting. Reads the CA file, if one is configured, and throws if it cannot be read. */
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
      // kafkajs stops retrying permanently if the list of brokers is empty
      return openKafka({ ...options, requestTimeout, brokers: async () => (isWanted() ? seeds : []) });
    },
  };
}

/**
 * Returns a function that returns the seed brokers of each new client. The first seed moves on by one with every
 * client, so a client that replaces another does not start with the broker that may have failed.
 */
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
    // the webhook's deadline is 5 s, which must leave time for a second broker if the first one is frozen
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

/**
 * Writes a log entry of kafkajs. kafkajs logs each retry as an error, which becomes a warning here. The text after a
 * colon is cut off, because it is the message of a foreign error.
 */
function writeEntry(log: Log, { level, namespace, log: { message } }: LogEntry): void {
  const line = `kafka: ${String(message).split(":")[0]}`;
  if (level <= kafkajs.logLevel.WARN) log.warn({ component: namespace }, line);
  else log.debug({ component: namespace }, line);
}

/**
 * Suppresses a warning of Node, which appears once per process because kafkajs sets timers to moments in the past. This
 * is harmless (github.com/tulios/kafkajs/issues/1751).
 */
const emitWarning = process.emitWarning.bind(process) as (...args: unknown[]) => void;
process.emitWarning = (...args: unknown[]) => {
  if (args[1] !== "TimeoutNegativeWarning") emitWarning(...args);
};

/**
 * Returns whether a broker answers now at one of these addresses ("host:port", several separated by commas) and knows
 * at least `atLeast` brokers that serve.
 */
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
