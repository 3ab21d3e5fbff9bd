import { readFileSync } from "node:fs";
import type { Config, kafkaSettings, Log } from "@teravoz/runtime";
import kafkajs, {
  type Kafka,
  type KafkaConfig as KafkaJsOptions,
  type LogEntry,
  type SASLOptions,
} from "kafkajs";

export type KafkaConfig = Config<typeof kafkaSettings>;
/** The one handle on kafkajs; what is inside stays in this package. */
export type KafkaClient = {
  readonly kafka: Kafka;
  /** Session of every consumer opened from this client, in ms. */
  readonly sessionTimeoutMs: number;
  /**
   * A handle of its own that stops connecting when it is no longer wanted: after a disconnect kafkajs goes on trying
   * for all of its retries.
   */
  open(isWanted: () => boolean): Kafka;
};

/**
 * Set on client, producer, consumer and admin alike: kafkajs has other defaults under NODE_ENV=test, and five retries
 * where it means "for ever". Twelve steps from 100 ms to 1 s are about ten seconds, longer than any deadline of ours.
 */
export const RETRY = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 12, factor: 0.2, multiplier: 2 };

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
  // kafkajs ends its retries for good where it is given no broker
  const open = (isWanted: () => boolean) =>
    openKafka({ ...options, brokers: async () => (isWanted() ? config.KAFKA_BROKERS : []) });
  return { kafka: open(() => true), sessionTimeoutMs: config.KAFKA_SESSION_TIMEOUT_MS, open };
}

type Options = Omit<KafkaJsOptions, "logCreator"> & { log: Log };

function openKafka({ log, ...options }: Options): Kafka {
  return new kafkajs.Kafka({
    ...options,
    // a broker under load may take seconds to accept; the default of 1 s gives up on it
    connectionTimeout: 5_000,
    authenticationTimeout: 5_000,
    // the webhook's own deadline is 5 s: one request must fail early enough to be tried again within it
    requestTimeout: 3_000,
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

/** Whether a broker answers at this address ("host:port", several separated by commas) right now, and knows `atLeast` that serve. */
export async function brokerAnswers(brokers: string, atLeast = 1): Promise<boolean> {
  const kafka = new kafkajs.Kafka({
    brokers: brokers.split(","),
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
