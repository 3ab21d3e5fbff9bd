import { SingleBar } from "cli-progress";
import { type Delivery, planDeliveries } from "./call-centre/plan.ts";
import { createSimulateCommand, type SimulateOptions } from "./options.ts";
import { createSender, sendAll } from "./send.ts";
import { adviseOn, createTally, formatSummary, type Tally } from "./summary.ts";

/** The time between two progress lines without a terminal, for a reader of the log. */
const LINE_EVERY_MS = 5_000;
/** The exit code of a command that SIGINT ended, by convention of the shells: 128 + 2. */
const INTERRUPTED = 130;

const options = createSimulateCommand(process.env).parse().opts<SimulateOptions>();
process.exitCode = await simulate({ ...options, seed: options.seed ?? Date.now() % 1_000_000_000 });

async function simulate(options: SimulateOptions): Promise<number> {
  const deliveries = plan(options);
  say(`sending ${deliveries.length} events to ${hideQuery(options.url)} (--seed ${options.seed})`);
  const tally = createTally();
  const interrupt = interruptible();
  const connections = options.burst > 0 ? options.burst : options.connections;
  const sender = createSender({ url: options.url, token: options.token, connections });
  const progress = showProgress(deliveries.length, tally);
  await sendAll(sender, deliveries, { signal: interrupt, onAnswer: tally.add });
  progress.stop();
  sender.close();
  return report(tally, options.url, interrupt.aborted);
}

function plan(options: SimulateOptions): Delivery[] {
  const { flows: shares, delay: delayMs, ...rest } = options;
  return planDeliveries({ ...rest, shares, delayMs, startAt: new Date() });
}

/** Returns a signal that aborts at the first Ctrl-C. A second one ends the process. */
function interruptible(): AbortSignal {
  const controller = new AbortController();
  process.once("SIGINT", () => controller.abort());
  return controller.signal;
}

function showProgress(total: number, tally: Tally): { stop(): void } {
  if (!process.stderr.isTTY) {
    const timer = setInterval(() => say(`${tally.count()} of ${total} answered`), LINE_EVERY_MS);
    return { stop: () => clearInterval(timer) };
  }
  const bar = new SingleBar({
    format: "{bar} {value} of {total} events, {eta_formatted} left",
    hideCursor: true,
  });
  bar.start(total, 0);
  const timer = setInterval(() => bar.update(tally.count()), 100);
  const stop = () => {
    clearInterval(timer);
    bar.update(tally.count());
    bar.stop();
  };
  return { stop };
}

function report(tally: Tally, url: string, interrupted: boolean): number {
  const rows = tally.rows();
  if (interrupted) say("stopped before the end, the answers so far:");
  say(`\n${formatSummary(rows)}`);
  const advice = adviseOn(
    rows.map(({ status }) => status),
    hideQuery(url),
  );
  for (const line of advice) process.stderr.write(`${line}\n`);
  if (advice.length > 0) return 1;
  return interrupted ? INTERRUPTED : 0;
}

/** Removes the query from an address, because it may contain a token. */
function hideQuery(url: string): string {
  return url.replace(/\?.*$/, "?…");
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
