import { SingleBar } from "cli-progress";

export type Progress = { show(done: number, total: number): void; stop(): void };

/** The time between two lines of progress if there is no terminal. */
const LINE_EVERY_MS = 5_000;

/** Shows progress: a bar on a terminal, otherwise a line every few seconds. */
export const createProgress = (what: string, say: (line: string) => void): Progress =>
  process.stderr.isTTY ? createBar(what) : createLines(what, say);

function createBar(what: string): Progress {
  const bar = new SingleBar({ format: `{bar} {value} of {total} ${what}`, hideCursor: true });
  let isShown = false;
  return {
    show: (done, total) => {
      if (!isShown) bar.start(total, done);
      isShown = true;
      bar.setTotal(total);
      bar.update(done);
    },
    stop: () => {
      if (isShown) bar.stop();
      isShown = false;
    },
  };
}

function createLines(what: string, say: (line: string) => void): Progress {
  let saidAt = performance.now();
  return {
    show: (done, total) => {
      if (performance.now() - saidAt < LINE_EVERY_MS) return;
      saidAt = performance.now();
      say(`${done} of ${total} ${what}`);
    },
    stop: () => {},
  };
}
