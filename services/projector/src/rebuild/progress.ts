import { SingleBar } from "cli-progress";

export type Progress = {
  /** Adds calls that are done. */
  add(calls: number): void;
  stop(): void;
};

/** The time between two lines of progress if there is no terminal. */
const LINE_EVERY_MS = 5_000;

/**
 * Shows progress on standard error: a bar on a terminal, otherwise a line every few seconds. `total` is approximate.
 */
export function showProgress(total: number): Progress {
  return process.stderr.isTTY ? showBar(total) : writeLines(total);
}

function showBar(total: number): Progress {
  const bar = new SingleBar({
    format: "{bar} {value} of {total} calls, {eta_formatted} left",
    hideCursor: true,
  });
  bar.start(total, 0);
  return { add: (calls) => bar.increment(calls), stop: () => bar.stop() };
}

function writeLines(total: number): Progress {
  let done = 0;
  const timer = setInterval(() => process.stderr.write(`${done} of about ${total} calls\n`), LINE_EVERY_MS);
  const add = (calls: number) => {
    done += calls;
  };
  return { add, stop: () => clearInterval(timer) };
}
