import { flushCompileCache } from "node:module";
import closeWithGrace from "close-with-grace";
import { type Config, describeConfig, InvalidConfig, readConfig, type Settings } from "./config/config.ts";
import { createHealth, type Health } from "./health.ts";
import { createLog, type Log, logWarnings } from "./log.ts";
import { createMetrics, type Metrics } from "./metrics/metrics.ts";
import { createSelf, type Self } from "./self.ts";
import { sleep } from "./time/sleep.ts";

/** The time limit for all steps of a stop together. After it the process exits with 1. */
export const STOP_DEADLINE_MS = 10_000;

export type Service<S extends Settings> = {
  self: Self;
  config: Config<S>;
  log: Log;
  health: Health;
  metrics: Metrics;
  /** Adds a step of the stop. Each step runs once, in reverse order. */
  onStop(name: string, step: () => Promise<unknown>): void;
  /** Reports that an essential job has died. The process then stops in order and exits with 1. */
  fail(job: string, error: unknown): void;
};

/**
 * Runs a process from its settings to its end. It reads `settings` (exit 1 with all faults at once) and starts. On
 * SIGTERM or SIGINT it withdraws readiness. It continues to work for SHUTDOWN_DELAY, if that is one of the settings, so
 * that load balancers stop sending requests. Then it stops in reverse order under one deadline. It exits with 1 after a
 * second signal, an uncaught error or a failed job. The last two skip the delay.
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
      // only a signal is an orderly end, unlike a thrown value (even undefined) or an event loop without work
      failed ||= reason.signal === undefined;
      if (failed) log.fatal("err" in reason ? { err: reason.err } : {}, "stopping after a failure");
      else log.info({ signal: reason.signal }, "stopping");
      await stop();
      if (failed) throw new Error("stopped after a failure");
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
  // written now because a killed process writes nothing; does nothing without a compile cache
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
