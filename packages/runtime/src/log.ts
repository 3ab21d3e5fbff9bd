import { pino } from "pino";

export type Log = pino.Logger;

/**
 * Fields that may be logged. Everything else is dropped: a phone number, an e-mail or a body cannot reach a log by
 * a field nobody thought of.
 */
const ALLOWED = new Set(
  `service version config port host path method status reason err job signal name attempt waitMs durationMs
   topic topics partition partitions offset expected next position lag group records bytes count added duplicates parked gap
   uuid call_id type id sockets views schemaId brokers missing created registered component`.split(/\s+/),
);

/** JSON lines on stdout, one level and one constant message each. */
export function createLog(service: string, level: string, destination?: pino.DestinationStream): Log {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: onlyAllowed },
  };
  return destination ? pino(options, destination) : pino(options);
}

function onlyAllowed(fields: Record<string, unknown>): Record<string, unknown> {
  const kept = Object.entries(fields).filter(([name]) => ALLOWED.has(name));
  return Object.fromEntries(
    kept.map(([name, value]) => [name, value instanceof Error ? describeError(value) : value]),
  );
}

/**
 * An error without its message: what drivers write there holds values (a duplicate key error quotes the key).
 * The stack is kept from its first frame on, for its head repeats the message.
 */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error };
  const { name, code } = error as Error & { code?: unknown };
  const stack = error.stack
    ?.split("\n")
    .filter((line) => /^\s+at /.test(line))
    .join("\n");
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  return { name, ...(typeof code === "string" || typeof code === "number" ? { code } : {}), stack, ...cause };
}
