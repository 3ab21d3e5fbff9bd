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
/** Without user and password: they have settings of their own, and a URL is logged. */
const httpUrl = z.string().refine((value) => {
  const { protocol = "", username, password } = URL.parse(value) ?? {};
  return /^https?:$/.test(protocol) && !username && !password;
}, "must be an http(s) URL without credentials");
/** Not read as a URL: it may name several hosts, with a port each. */
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
  .refine((path) => isAccessible(path, constants.R_OK), "must be the path of a file that can be read");
/** One that is there already: a volume that was not mounted is noticed at the start. */
export const writableDirectory = z
  .string()
  .refine(
    (path) => isAccessible(`${path}${sep}`, constants.R_OK | constants.W_OK | constants.X_OK),
    "must be a directory that exists and can be written",
  );
const prefix = z.string().regex(/^[a-zA-Z0-9._-]{0,100}$/, "only letters, digits, . _ - (at most 100)");
/** Names and IPv4 only: kafkajs cuts an address at its first colon. */
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
const tokens = list.refine((values) => values.length > 0, "must hold a token");

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

/** The projector's in the first place; where realtime has it too, its page redrives dead letters. */
export const adminToken = token(
  "Bearer token of the admin API, which is not for the internet, and of redriving from the page",
);

/** What the ledger of erasures is kept with: whoever writes to the database needs the same. */
export const erasureSettings = {
  ERASURE_KEYS: {
    schema: list.refine((values) => values.length > 0, "must hold a key"),
    default: "development",
    secret: true,
    neededInProduction: true,
    doc: "secrets under which erasures are remembered, in any order; an old one stays for 90 days",
  },
} as const satisfies Settings;

export const logSettings = {
  LOG_LEVEL: {
    schema: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]),
    default: "info",
    doc: "least level that is logged",
  },
} as const satisfies Settings;

/** Seconds, from 0 to a minute: an orchestrator ends what takes longer. */
const seconds = z
  .string()
  .regex(/^\d+(\.\d+)?$/, "must be a number of seconds")
  .transform(Number)
  .refine((value) => value <= 60, "must be from 0 to 60");

export const stopSettings = {
  SHUTDOWN_DELAY: {
    schema: seconds,
    // a balancer that asks every second or two has noticed by then
    default: "5",
    doc: "seconds between a stop signal, which withdraws readiness, and the stop: balancers turn away meanwhile",
  },
} as const satisfies Settings;

/** Where a service listens; `port` is that of the service, a lone PORT wins. */
export const listenSettings = <const N extends string>(name: N, defaultPort: number) =>
  ({
    [name]: { schema: port, default: String(defaultPort), doc: "port to listen on (a lone PORT wins)" },
    PORT: { schema: port, optional: true, doc: "port to listen on, before any other setting" },
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
    doc: "begins the name of every topic and consumer group",
  },
  KAFKA_SESSION_TIMEOUT_MS: {
    // up to a broker's default maximum; below 2 s a busy machine expels members that are well
    schema: wholeNumber(2_000, 1_800_000),
    default: "10000",
    doc: "ms of silence after which a consumer loses its partitions; a broker allows 6000 or more by default",
  },
} as const satisfies Settings;

/** How each instance reports on itself; the same for all services, because realtime judges the others by its own. */
export const statusSettings = {
  STATUS_INTERVAL_MS: {
    // below a second the reports would be a load of their own; above a minute the page would notice a death too late
    schema: wholeNumber(1_000, 60_000),
    default: "10000",
    doc: "ms between two status reports of an instance; without one for three times as long it counts as silent",
  },
} as const satisfies Settings;

export const registrySettings = {
  SCHEMA_REGISTRY_URL: {
    schema: httpUrl,
    default: "http://127.0.0.1:8081/apis/ccompat/v7",
    doc: "Confluent-compatible schema registry, with path",
  },
  SCHEMA_REGISTRY_USERNAME: { ...optionalText, doc: "user name at the registry" },
  SCHEMA_REGISTRY_PASSWORD: { ...optionalSecret, doc: "password at the registry" },
} as const satisfies Settings;

/** How topics must be, for `topics` and for every service that looks at them. */
export const topicsSettings = {
  KAFKA_REPLICATION_FACTOR: {
    schema: wholeNumber(1, 9),
    optional: true,
    doc: "copies of each partition (default 3, or 1 where there is one broker)",
  },
  SCHEMA_REGISTRY_TOPICS: {
    schema: list,
    default: "kafkasql-journal,kafkasql-snapshots",
    doc: "topics in which the registry keeps its schemas, from which nothing may be deleted; those that are not there are left out",
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
