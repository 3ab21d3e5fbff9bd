import { flushCompileCache } from "node:module";
import closeWithGrace from "close-with-grace";
import { type Config, describeConfig, InvalidConfig, readConfig, type Settings } from "./config.ts";
import { createHealth, type Health } from "./health.ts";
import { createLog, type Log, logWarnings } from "./log.ts";
import { createMetrics, type Metrics } from "./metrics.ts";
import { createSelf, type Self } from "./self.ts";
import { sleep } from "./sleep.ts";

/** The steps of a stop have this long together; past it the process ends with 1. */
export const STOP_DEADLINE_MS = 10_000;

export type Service<S extends Settings> = {
  self: Self;
  config: Config<S>;
  log: Log;
  health: Health;
  metrics: Metrics;
  /** Adds a step of the stop. Steps run once, the last added first. */
  onStop(name: string, step: () => Promise<unknown>): void;
  /** A job died that this process cannot do without: stop what can be stopped and exit with 1. */
  fail(job: string, error: unknown): void;
};

/**
 * Runs a process from its settings to its end: reads `settings` (exit 1 with all faults at once), starts, and on SIGTERM or SIGINT turns
 * not ready, goes on with its work for SHUTDOWN_DELAY, where that is among the settings, so that balancers can turn away, and then stops
 * in reverse order under one deadline. A second signal, an uncaught error or a failed job ends with 1; the last two wait for no balancer.
 */
export async function runService<S extends Settings>(
  name: string,
  settings: S,
  start: (service: Service<S>) => Promise<void>,
): Promise<void> {
  const config = readConfigOrExit(name, settings);
  const log = createLog(name, String(config.LOG_LEVEL ?? "info"));
  logWarnings(log);
  const health = createHealth();
  const steps: { name: string; step: () => Promise<unknown> }[] = [];
  let failed = false;
  const openMs = Number(config.SHUTDOWN_DELAY ?? 0) * 1_000;
  const stop = async () => {
    health.stopping();
    if (!failed) await sleep(openMs);
    for (const { name: job, step } of steps.toReversed()) {
      await step().catch((err: unknown) => {
        log.error({ err, job }, "a step of the stop failed");
        failed = true;
      });
    }
  };
  const onTimeout = () => log.fatal("the stop took too long");
  const grace = closeWithGrace(
    { delay: openMs + STOP_DEADLINE_MS, logger: false, onTimeout },
    async (reason) => {
      // only a signal ends a service in good order: not what was thrown, be it undefined, nor a loop that ran empty
      failed ||= reason.signal === undefined;
      if (failed) log.fatal("err" in reason ? { err: reason.err } : {}, "going down");
      else log.info({ signal: reason.signal }, "stopping");
      await stop();
      if (failed) throw new Error("stopped with a fault");
      log.info("stopped");
    },
  );
  const fail = (job: string, err: unknown) => {
    log.fatal({ err, job }, "a job died");
    void grace.close();
  };
  log.info({ config: describeConfig(settings, config), version: process.version }, "starting");
  const service = { self: createSelf(name), config, log, health, metrics: createMetrics(), fail };
  await start({ ...service, onStop: (job, step) => void steps.push({ name: job, step }) });
  log.info("started");
  // a process that is killed writes nothing; does nothing where no compile cache is on
  flushCompileCache();
}

function readConfigOrExit<S extends Settings>(name: string, settings: S): Config<S> {
  try {
    return readConfig(settings, process.env);
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    process.stderr.write(`${name} cannot start: ${error.message}\n`);
    process.exit(1);
  }
}
