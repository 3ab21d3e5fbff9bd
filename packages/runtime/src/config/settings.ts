import { accessSync, constants } from "node:fs";
import { sep } from "node:path";
import { z } from "zod";
import type { Setting, Settings } from "./config.ts";

const text = z.string();
const list = z.string().transform((value) =>
  value
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean),
);
const flag = z.enum(["true", "false"], "must be true or false").transform((value) => value === "true");
/** A URL without user and password, because they have separate settings and the URL is logged. */
const httpUrl = z.string().refine((value) => {
  const { protocol = "", username, password } = URL.parse(value) ?? {};
  return /^https?:$/.test(protocol) && !username && !password;
}, "must be an http(s) URL without credentials");
/** A connection string, which is not parsed as a URL because it may name several hosts, each with a port. */
const mongoUrl = z
  .string()
  .regex(/^mongodb(\+srv)?:\/\/[^\s/?#]+([/?]\S*)?$/, "must be a mongodb:// connection string");
const isAccessible = (path: string, mode: number) => {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
};
const readableFile = z
  .string()
  .refine((path) => isAccessible(path, constants.R_OK), "must be the path of a readable file");
/** An existing directory. A volume that is not mounted is thus detected at the start. */
export const writableDirectory = z
  .string()
  .refine(
    (path) => isAccessible(`${path}${sep}`, constants.R_OK | constants.W_OK | constants.X_OK),
    "must be an existing directory that can be written",
  );
const prefix = z
  .string()
  .regex(/^[a-zA-Z0-9._-]{0,100}$/, "must contain only letters, digits, . _ - (at most 100 characters)");
/**
 * Returns whether an address is a host name or an IPv4 address with a port. IPv6 is not possible, because kafkajs
 * splits an address at its first colon.
 */
const isBroker = (address: string) => {
  const [, port] = /^[^\s:[\]/]+:(\d{1,5})$/.exec(address) ?? [];
  return Number(port) > 0 && Number(port) <= 65535;
};
const brokers = list.refine(
  (addresses) => addresses.length > 0 && addresses.every(isBroker),
  "must be host:port, several separated by commas",
);
export const port = z
  .string()
  .regex(/^\d{1,5}$/, "must be a port number")
  .transform(Number)
  .refine((value) => value <= 65535, "must be a port number");
/** A whole number from `low` to `high`. */
export const wholeNumber = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d+$/, "must be a whole number")
    .transform(Number)
    .refine((value) => value >= low && value <= high, `must be from ${low} to ${high}`);
const tokens = list.refine((values) => values.length > 0, "must contain at least one token");

/** Web origins as browsers send them: scheme, host and port, no path. */
export const originList = list.refine(
  (values) => values.length > 0 && values.every((value) => URL.parse(value)?.origin === value),
  "each must be an origin like https://board.example.com",
);

const optionalText = { schema: text, optional: true } as const;
const optionalSecret = { ...optionalText, secret: true } as const;

/** A token, or several separated by commas while one replaces another. */
export const token = (doc: string) =>
  ({ schema: tokens, optional: true, secret: true, neededInProduction: true, doc }) as const;

/**
 * The setting of the admin token. The projector needs it. If realtime has it too, its page can redrive dead letters.
 */
export const adminToken = token(
  "Bearer token of the admin API, which must not be exposed to the internet, and of redriving from the page",
);

/** The keys of the ledger of erasures. Every process that writes to the database needs the same keys. */
export const erasureSettings = {
  ERASURE_KEYS: {
    schema: list.refine((values) => values.length > 0, "must contain at least one key"),
    default: "development",
    secret: true,
    neededInProduction: true,
    doc: "secret keys of the ledger of erasures, in any order; keep an old one for 90 days",
  },
} as const satisfies Settings;

export const logSettings = {
  LOG_LEVEL: {
    schema: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]),
    default: "info",
    doc: "lowest level that is logged",
  },
} as const satisfies Settings;

/** Seconds from 0 to 60. An orchestrator kills a process that takes longer to stop. */
const seconds = z
  .string()
  .regex(/^\d+(\.\d+)?$/, "must be a number of seconds")
  .transform(Number)
  .refine((value) => value <= 60, "must be from 0 to 60");

export const stopSettings = {
  SHUTDOWN_DELAY: {
    schema: seconds,
    // by then a load balancer that probes every second or two has noticed the withdrawn readiness
    default: "5",
    doc: "seconds between a stop signal, which withdraws readiness, and the stop; load balancers stop sending requests meanwhile",
  },
} as const satisfies Settings;

/**
 * The settings of the address on which a service listens. `name` is the service's own port setting. PORT takes
 * precedence.
 */
export const listenSettings = <const N extends string>(name: N, defaultPort: number) =>
  ({
    [name]: { schema: port, default: String(defaultPort), doc: "port to listen on (PORT takes precedence)" },
    PORT: {
      schema: port,
      optional: true,
      doc: "port to listen on, takes precedence over the service's own port setting",
    },
    HOST: {
      schema: text,
      default: "127.0.0.1",
      productionDefault: "0.0.0.0",
      doc: "address to listen on (0.0.0.0 in production)",
    },
    METRICS_TOKEN: token("Bearer token of /metrics"),
  }) as Record<N, Setting<number>> & {
    PORT: { schema: typeof port; optional: true; doc: string };
    HOST: Setting<string>;
    METRICS_TOKEN: ReturnType<typeof token>;
  };

export const kafkaSettings = {
  KAFKA_BROKERS: {
    schema: brokers,
    default: "127.0.0.1:9092",
    doc: "host:port, several separated by commas",
  },
  KAFKA_TLS: { schema: flag, default: "false", doc: "true = TLS to the brokers" },
  KAFKA_CA_FILE: {
    schema: readableFile,
    optional: true,
    requires: ["KAFKA_TLS"],
    doc: "PEM file with the brokers' certificate authority",
  },
  KAFKA_SASL_MECHANISM: {
    schema: z.enum(
      ["plain", "scram-sha-256", "scram-sha-512"],
      "must be plain, scram-sha-256 or scram-sha-512",
    ),
    optional: true,
    requires: ["KAFKA_USERNAME", "KAFKA_PASSWORD"],
    doc: "plain, scram-sha-256 or scram-sha-512",
  },
  KAFKA_USERNAME: { ...optionalText, doc: "SASL user name" },
  KAFKA_PASSWORD: { ...optionalSecret, doc: "SASL password" },
  TOPIC_PREFIX: {
    schema: prefix,
    default: "teravoz.",
    doc: "prefix of the names of all topics and consumer groups",
  },
  KAFKA_SESSION_TIMEOUT_MS: {
    // the upper limit is a broker's default; below 2 s a busy machine would expel healthy members
    schema: wholeNumber(2_000, 1_800_000),
    default: "10000",
    doc: "ms without a heartbeat after which a consumer loses its partitions; brokers allow 6000 or more by default",
  },
} as const satisfies Settings;

/**
 * The settings of the status reports. They must be the same for all services, because realtime applies its own value to
 * the others.
 */
export const statusSettings = {
  STATUS_INTERVAL_MS: {
    // below a second the reports would cause load; above a minute the page would detect a dead instance too late
    schema: wholeNumber(1_000, 60_000),
    default: "10000",
    doc: "ms between two status reports of an instance; without a report for three times as long it counts as silent",
  },
} as const satisfies Settings;

export const registrySettings = {
  SCHEMA_REGISTRY_URL: {
    schema: httpUrl,
    default: "http://127.0.0.1:8081/apis/ccompat/v7",
    doc: "Confluent-compatible schema registry, with path",
  },
  SCHEMA_REGISTRY_USERNAME: { ...optionalText, doc: "user name for the registry" },
  SCHEMA_REGISTRY_PASSWORD: { ...optionalSecret, doc: "password for the registry" },
} as const satisfies Settings;

/** The settings of the topics, for the command `topics` and for every service that checks them. */
export const topicsSettings = {
  KAFKA_REPLICATION_FACTOR: {
    schema: wholeNumber(1, 9),
    optional: true,
    doc: "copies of each partition (default 3, or 1 if there is one broker)",
  },
  SCHEMA_REGISTRY_TOPICS: {
    schema: list,
    default: "kafkasql-journal,kafkasql-snapshots",
    doc: "topics in which the registry stores its schemas, from which nothing may be deleted; missing ones are ignored",
  },
} as const satisfies Settings;

export const mongoSettings = {
  MONGODB_URI: {
    schema: mongoUrl,
    default: "mongodb://127.0.0.1:27017/teravoz?directConnection=true",
    secret: true,
    doc: "connection string of a replica set, with database (default teravoz)",
  },
} as const satisfies Settings;
