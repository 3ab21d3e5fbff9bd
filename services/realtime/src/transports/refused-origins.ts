import { createNameCounts, type Log, type Metrics, type NameCount } from "@teravoz/runtime";

export type RefusedOrigins = {
  note(origin: string): void;
  /** Lists the origins refused in the last hour. */
  list(): NameCount[];
};

type Deps = {
  log: Log;
  metrics: Pick<Metrics, "refusedOrigins">;
  /** Milliseconds since the epoch. */
  now: () => number;
};

/** The shortest time between two log lines of the same origin. A refused page tries again every few seconds. */
const LOG_EVERY_MS = 60_000;
/** The maximum number of different origins logged within that time. */
const MAX_LOGGED = 20;

/**
 * Counts and logs the origins of pages that may not connect. The page itself shows no reason, because browsers hide it
 * from scripts.
 */
export function createRefusedOrigins({ log, metrics, now }: Deps): RefusedOrigins {
  const counts = createNameCounts(now);
  const logged = new Map<string, number>();
  return {
    note(refused) {
      const origin = shownOrigin(refused);
      metrics.refusedOrigins.inc();
      counts.count(origin);
      if (!mayLog(logged, origin, now())) return;
      log.warn(
        { origin },
        "refused a page of another origin: ALLOWED_ORIGINS lists the origins that may connect",
      );
    },
    list: () => counts.list(),
  };
}

function mayLog(logged: Map<string, number>, origin: string, now: number): boolean {
  for (const [name, at] of logged) if (now - at >= LOG_EVERY_MS) logged.delete(name);
  if (logged.has(origin) || logged.size >= MAX_LOGGED) return false;
  logged.set(origin, now);
  return true;
}

const ADDRESS = /^\w{1,10}:\/\/(?:\d{1,3}(?:\.\d{1,3}){3}|\[[\da-f:.]{2,45}\])(?::\d{1,5})?$/;
const NAME = /^[a-z][a-z\d+.-]{0,19}:\/\/([a-z\d.-]{1,80})(?::\d{1,5})?$/;
/** The maximum number of digits in a host name that is shown. A name with more might contain a telephone number. */
const MAX_DIGITS = 6;

/** Returns an origin as browsers send it. Anything else may contain a number or a secret, and is shown as "…". */
export function shownOrigin(origin: string): string {
  if (origin === "null" || ADDRESS.test(origin)) return origin;
  const [, host] = NAME.exec(origin) ?? [];
  return host && host.replace(/\D/g, "").length <= MAX_DIGITS ? origin : "…";
}
