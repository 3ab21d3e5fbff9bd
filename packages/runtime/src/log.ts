import { isNativeError } from "node:util/types";
import { pino } from "pino";

/** A log without child loggers, because pino does not apply the allow list to the fields of a child. */
export type Log = Pick<pino.Logger, "fatal" | "error" | "warn" | "info" | "debug" | "trace">;

/**
 * The fields that may be logged. All others are dropped, so that a phone number, an e-mail or a body cannot reach a log
 * through an unexpected field.
 */
const ALLOWED = new Set(
  `service version config port host path method status reason err job signal name attempt waitMs durationMs
   topic topics partition partitions offset expected next position lag group records bytes count added duplicates dropped erased parked gap
   uuid type id sockets views schemaId brokers missing created registered component revision superseded looked
   changed removed oversized origin refused destination`.split(/\s+/),
);
/** The names that are allowed in `config`: those of settings. */
const SETTING = /^[A-Z][A-Z0-9_]*$/;

type Fields = Record<string, unknown>;

/** Creates a log that writes JSON lines to stdout, each with a level and a constant message. */
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

/** Writes the warnings of Node as lines of the log instead of Node's own text on standard error. */
export function logWarnings(log: Log): void {
  process.removeAllListeners("warning");
  process.on("warning", (err) => log.warn({ err }, "warning of Node"));
}

/** Writes the message unchanged: values to be interpolated are dropped, and the message of an error is never used. */
function logConstant(this: pino.Logger, [fields, message]: unknown[], method: pino.LogFn): void {
  if (typeof fields === "string") return void method.call(this, fields);
  const kept = isNativeError(fields) ? { err: fields } : (fields as Fields);
  method.call(this, kept, typeof message === "string" ? message : "without a message");
}

function onlyAllowed(fields: Fields): Fields {
  const kept = Object.entries(fields).filter(([name]) => ALLOWED.has(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, shown(name, value)]));
}

/**
 * Returns a value as it may be logged. The allow list applies at every depth. A thrown value of any type is shown as an
 * error.
 */
function shown(name: string, value: unknown): unknown {
  if (name === "err" || isNativeError(value)) return describeError(value);
  if (Array.isArray(value)) return value.map((member) => shown(name, member));
  if (typeof value !== "object" || value === null) return value;
  return name === "config" ? onlySettings(value as Fields) : onlyAllowed(value as Fields);
}

const onlySettings = (config: Fields): Fields =>
  Object.fromEntries(Object.entries(config).filter(([name]) => SETTING.test(name)));

/**
 * The maximum number of causes that are shown. Drivers produce chains of up to three causes. A circular chain ends too.
 */
const MAX_CAUSES = 5;

/**
 * Describes an error without its message, because messages of drivers contain values (a duplicate key error quotes the
 * key). Only the frames of the stack are kept, because its head repeats the message.
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

/**
 * Returns the frames of the stack. The message is removed first, because it may contain lines that look like frames.
 */
function framesOf({ stack, message }: Error): string | undefined {
  return stack
    ?.replace(message, () => "")
    .split("\n")
    .filter((line) => /^\s+at /.test(line))
    .join("\n");
}
