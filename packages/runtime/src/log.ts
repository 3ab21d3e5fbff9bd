import { isNativeError } from "node:util/types";
import { pino } from "pino";

/** No children: pino writes what is bound to one past the allow list. */
export type Log = Pick<pino.Logger, "fatal" | "error" | "warn" | "info" | "debug" | "trace">;

/**
 * Fields that may be logged. Everything else is dropped: a phone number, an e-mail or a body cannot reach a log by
 * a field nobody thought of.
 */
const ALLOWED = new Set(
  `service version config port host path method status reason err job signal name attempt waitMs durationMs
   topic topics partition partitions offset expected next position lag group records bytes count added duplicates dropped erased parked gap
   uuid type id sockets views schemaId brokers missing created registered component revision superseded looked
   changed removed oversized origin refused destination`.split(/\s+/),
);
/** What may stand in `config`: the names of settings. */
const SETTING = /^[A-Z][A-Z0-9_]*$/;

type Fields = Record<string, unknown>;

/** JSON lines on stdout, one level and one constant message each. */
export function createLog(service: string, level: string, destination?: pino.DestinationStream): Log {
  const options: pino.LoggerOptions = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }), log: onlyAllowed },
    hooks: { logMethod: logConstant },
  };
  return destination ? pino(options, destination) : pino(options);
}

/** Writes the warnings of Node as lines of the log, in place of Node's own text on standard error. */
export function logWarnings(log: Log): void {
  process.removeAllListeners("warning");
  process.on("warning", (err) => log.warn({ err }, "warning of Node"));
}

/** The message stays as it was written: values to be put into it are dropped, and an error never becomes one. */
function logConstant(this: pino.Logger, [fields, message]: unknown[], method: pino.LogFn): void {
  if (typeof fields === "string") return void method.call(this, fields);
  const kept = isNativeError(fields) ? { err: fields } : (fields as Fields);
  method.call(this, kept, typeof message === "string" ? message : "without a message");
}

function onlyAllowed(fields: Fields): Fields {
  const kept = Object.entries(fields).filter(([name]) => ALLOWED.has(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, shown(name, value)]));
}

/** The allow list holds at every depth. What was thrown is shown as an error, whatever it is. */
function shown(name: string, value: unknown): unknown {
  if (name === "err" || isNativeError(value)) return describeError(value);
  if (Array.isArray(value)) return value.map((member) => shown(name, member));
  if (typeof value !== "object" || value === null) return value;
  return name === "config" ? onlySettings(value as Fields) : onlyAllowed(value as Fields);
}

const onlySettings = (config: Fields): Fields =>
  Object.fromEntries(Object.entries(config).filter(([name]) => SETTING.test(name)));

/** Deep enough for every chain of drivers seen (three); a chain that bites its tail ends too. */
const MAX_CAUSES = 5;

/**
 * An error without its message: what drivers write there holds values (a duplicate key error quotes the key).
 * Of the stack only the frames are kept, for its head repeats the message.
 */
export function describeError(error: unknown, causes = MAX_CAUSES): Fields {
  if (!isNativeError(error)) return { name: typeof error };
  const { name, code, cause } = error as Error & { code?: unknown };
  return {
    name,
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    stack: framesOf(error),
    ...(cause === undefined || causes === 0 ? {} : { cause: describeError(cause, causes - 1) }),
  };
}

/** A message may hold lines that look like frames: it is cut out first. */
function framesOf({ stack, message }: Error): string | undefined {
  return stack
    ?.replace(message, () => "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .join("\n");
}
