import { type Child, type ChildSpec, describeExit, endChild, spawnChild } from "./child.ts";

/** The runs of a process, one at a time. */
export type Runs = {
  current(): Child;
  /** Does nothing while it runs. */
  start(): void;
  /** Ends it within `graceMs` and starts it again, one such after the other: for `ended` it goes on. */
  restart(): Promise<void>;
  /** How a run ended that is not followed by another at once. */
  ended(): Promise<string>;
};

/** Starts it. */
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
