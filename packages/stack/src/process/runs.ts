import { type Child, type ChildSpec, describeExit, endChild, spawnChild } from "./child.ts";

/** The runs of a process, one at a time. */
export type Runs = {
  current(): Child;
  /** Does nothing while the process runs. */
  start(): void;
  /**
   * Ends the process within `graceMs` and starts it again. Several restarts run one after the other. For `ended` the
   * process keeps running.
   */
  restart(): Promise<void>;
  /** Resolves with the way in which the process ended. A restart does not count as an end. */
  ended(): Promise<string>;
};

/** Starts the process. */
export function createRuns(spec: ChildSpec, graceMs: number): Runs {
  let child = spawnChild(spec);
  let restarted = Promise.resolve();
  const start = () => {
    if (child.exit()) child = spawnChild(spec);
  };
  const restart = async () => {
    await endChild(child, graceMs);
    start();
  };
  const ended = async (): Promise<string> => {
    const run = child;
    const exit = await run.exited;
    await restarted;
    return run === child ? describeExit(exit) : ended();
  };
  return { current: () => child, start, restart: () => (restarted = restarted.then(restart)), ended };
}
