import { expect, test } from "@jest/globals";
import { describeConfig, InvalidConfig, readConfig } from "./config.ts";
import {
  kafkaSettings,
  listenSettings,
  logSettings,
  mongoSettings,
  originList,
  registrySettings,
  statusSettings,
  token,
  wholeNumber,
} from "./settings.ts";

const settings = {
  ...listenSettings("INGEST_PORT", 3333),
  WEBHOOK_TOKEN: token("what the vendor presents"),
  ...kafkaSettings,
  ...registrySettings,
  ...statusSettings,
  ...mongoSettings,
  ...logSettings,
};

const faultOf = (env: Record<string, string>, table: Parameters<typeof readConfig>[0] = settings): string => {
  try {
    readConfig(table, env);
    return "none";
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidConfig);
    return (error as Error).message;
  }
};

test("an empty environment gives a service that is reachable only from this machine", () => {
  expect(readConfig(settings, {})).toEqual({
    INGEST_PORT: 3333,
    PORT: null,
    HOST: "127.0.0.1",
    METRICS_TOKEN: null,
    WEBHOOK_TOKEN: null,
    KAFKA_BROKERS: ["127.0.0.1:9092"],
    KAFKA_TLS: false,
    KAFKA_CA_FILE: null,
    KAFKA_SASL_MECHANISM: null,
    KAFKA_USERNAME: null,
    KAFKA_PASSWORD: null,
    TOPIC_PREFIX: "teravoz.",
    KAFKA_SESSION_TIMEOUT_MS: 10_000,
    SCHEMA_REGISTRY_URL: "http://127.0.0.1:8081/apis/ccompat/v7",
    SCHEMA_REGISTRY_USERNAME: null,
    SCHEMA_REGISTRY_PASSWORD: null,
    STATUS_INTERVAL_MS: 10_000,
    MONGODB_URI: "mongodb://127.0.0.1:27017/teravoz?directConnection=true",
    LOG_LEVEL: "info",
  });
});

test("an empty variable counts as unset", () => {
  expect(readConfig(settings, { INGEST_PORT: "", WEBHOOK_TOKEN: "" })).toEqual(readConfig(settings, {}));
});

test("all faults are reported in one message, each with the name and the purpose of its setting", () => {
  const message = faultOf({ INGEST_PORT: "http", KAFKA_TLS: "yes", LOG_LEVEL: "loud", TOPIC_PREFIX: "a b" });
  for (const name of ["INGEST_PORT", "KAFKA_TLS", "LOG_LEVEL", "TOPIC_PREFIX"])
    expect(message).toMatch(new RegExp(`^ {2}${name}: .+ \\(.+\\)$`, "m"));
  expect(message.split("\n")).toHaveLength(5);
});

test("a required setting that is missing is a fault", () => {
  const required = { NEEDED: { schema: logSettings.LOG_LEVEL.schema, doc: "needed" } };
  expect(faultOf({}, required)).toContain("NEEDED: missing (needed)");
});

test("a fault never quotes the given value, which may be a secret", () => {
  const secret = "s3cr3t-value";
  for (const [name, value] of [
    ["MONGODB_URI", `http://user:${secret}@host/db`],
    ["SCHEMA_REGISTRY_URL", `http://user:${secret}@host`],
    ["KAFKA_CA_FILE", `/nowhere/${secret}`],
    ["KAFKA_BROKERS", secret],
  ] as const) {
    const message = faultOf({ [name]: value });
    expect(message).toContain(`${name}: `);
    expect(message).not.toContain(secret);
  }
});

test("a service in production does not start without its tokens, unless AUTH=off is set", () => {
  const production = { NODE_ENV: "production" };
  const message = faultOf(production);
  expect(message).toContain("WEBHOOK_TOKEN: needed in production");
  expect(message).toContain("METRICS_TOKEN: needed in production");
  expect(faultOf({ ...production, AUTH: "on" })).toBe(message);
  expect(readConfig(settings, { ...production, AUTH: "off" }).WEBHOOK_TOKEN).toBeNull();
  const tokens = { WEBHOOK_TOKEN: "12345678", METRICS_TOKEN: "12345678" };
  expect(readConfig(settings, { ...production, ...tokens }).WEBHOOK_TOKEN).toEqual(["12345678"]);
});

test("a service in production listens on all addresses, unless HOST is set", () => {
  const production = { NODE_ENV: "production", AUTH: "off" };
  expect(readConfig(settings, production).HOST).toBe("0.0.0.0");
  expect(readConfig(settings, { ...production, HOST: "10.0.0.1" }).HOST).toBe("10.0.0.1");
});

test("secrets are shown as set or not set, and all other settings with their values", () => {
  const config = readConfig(settings, { WEBHOOK_TOKEN: "12345678", PORT: "80" });
  const shown = describeConfig(settings, config);
  expect(shown).toMatchObject({
    WEBHOOK_TOKEN: "set",
    MONGODB_URI: "set",
    METRICS_TOKEN: "not set",
    KAFKA_PASSWORD: "not set",
    SCHEMA_REGISTRY_PASSWORD: "not set",
    PORT: 80,
    KAFKA_BROKERS: ["127.0.0.1:9092"],
  });
  expect(Object.keys(shown)).toEqual(Object.keys(settings));
});

test("PORT is read in addition to the service's own port setting, and takes precedence", () => {
  expect(readConfig(settings, { PORT: "8080", INGEST_PORT: "3000" })).toMatchObject({
    PORT: 8080,
    INGEST_PORT: 3000,
  });
});

const accepts = {
  KAFKA_BROKERS: [
    ["kafka-1:9092, kafka-2.example.com:9093", ["kafka-1:9092", "kafka-2.example.com:9093"]],
    ["10.0.0.1:65535", ["10.0.0.1:65535"]],
  ],
  SCHEMA_REGISTRY_URL: [["https://registry/apis/ccompat/v7", "https://registry/apis/ccompat/v7"]],
  MONGODB_URI: [
    ["mongodb://user:p%40ss@a:27017,b:27017,c:27018/teravoz?replicaSet=rs0", expect.any(String)],
    ["mongodb+srv://cluster.example.com", expect.any(String)],
    ["mongodb://host?directConnection=true", expect.any(String)],
  ],
  INGEST_PORT: [
    ["0", 0],
    ["65535", 65535],
  ],
  KAFKA_TLS: [["true", true]],
  WEBHOOK_TOKEN: [["first-token, second-token", ["first-token", "second-token"]]],
  TOPIC_PREFIX: [["eu.teravoz-1_", "eu.teravoz-1_"]],
} as const;

test.each(Object.entries(accepts))("%s accepts each valid form", (name, cases) => {
  for (const [text, value] of cases)
    expect(readConfig(settings, { [name]: text })).toMatchObject({ [name]: value });
});

const refuses = {
  KAFKA_BROKERS: [
    "kafka",
    "kafka:",
    ":9092",
    "kafka:0",
    "kafka:65536",
    "[::1]:9092",
    "http://kafka:9092",
    ",",
  ],
  SCHEMA_REGISTRY_URL: ["registry:8081", "ftp://registry", "http://", "http://user:password@registry"],
  MONGODB_URI: ["127.0.0.1:27017", "http://127.0.0.1", "mongodb://", "mongodb:///teravoz", "mongodb://a b/c"],
  INGEST_PORT: ["65536", "-1", "3333.5", "0x10", " 80", "1e3"],
  PORT: ["no"],
  KAFKA_TLS: ["1", "TRUE"],
  KAFKA_SASL_MECHANISM: ["gssapi", "plain"],
  KAFKA_CA_FILE: ["/nowhere/ca.pem", import.meta.filename],
  WEBHOOK_TOKEN: [","],
  TOPIC_PREFIX: ["tera voz", "a/b", "a".repeat(101)],
};

test.each(Object.entries(refuses))("%s is refused if it is malformed", (name, texts) => {
  for (const text of texts) expect(faultOf({ [name]: text })).toContain(`${name}: `);
});

test("a setting that needs others is a fault without them, and is accepted with them", () => {
  const sasl = { KAFKA_SASL_MECHANISM: "plain", KAFKA_USERNAME: "gateway" };
  expect(faultOf(sasl)).toContain("KAFKA_SASL_MECHANISM: needs KAFKA_PASSWORD too");
  expect(faultOf({ ...sasl, KAFKA_PASSWORD: "secret" })).toBe("none");
  expect(faultOf({ KAFKA_CA_FILE: import.meta.filename, KAFKA_TLS: "true" })).toBe("none");
});

test("a whole number must be within its bounds", () => {
  const table = { DAYS: { schema: wholeNumber(1, 90), doc: "days" } };
  expect(readConfig(table, { DAYS: "90" })).toEqual({ DAYS: 90 });
  for (const text of ["0", "91", "1.5", "-1", "many"])
    expect(faultOf({ DAYS: text }, table)).toContain("DAYS:");
});

test("an origin must consist of scheme, host and port only", () => {
  const table = { ORIGINS: { schema: originList, doc: "origins" } };
  const env = { ORIGINS: "https://a.example.com, http://localhost:4000" };
  expect(readConfig(table, env)).toEqual({ ORIGINS: ["https://a.example.com", "http://localhost:4000"] });
  for (const text of ["https://a.example.com/", "*", "a.example.com", "https://a.example.com/page"])
    expect(faultOf({ ORIGINS: text }, table)).toContain("ORIGINS:");
});
