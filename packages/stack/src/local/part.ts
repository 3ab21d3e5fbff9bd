import {
  type Child,
  type ChildSpec,
  describeExit,
  endChild,
  spawnChild,
  untilServing,
} from "../process/child.ts";
import { tailOf } from "../process/log-file.ts";

/** The command of a part, and the check that it serves. */
export type Plan = {
  spec: ChildSpec;
  serves(): Promise<boolean>;
  /** Deletes the part's data. Only allowed while it does not run. */
  clear(): Promise<void>;
};

/** A process of ours that can be stopped and started again. Only one run at a time. */
export type LocalPart = {
  /**
   * Resolves when the part serves, at once if it already runs. If it fails to serve, ends the process and rejects with
   * the end of its log.
   */
  start(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  ended(): Promise<string>;
  stop(): Promise<void>;
  /** Kills the part and deletes its data. */
  wipe(): Promise<void>;
};

/** The longest wait for a start: four times the time of the slowest part, the registry, on a busy two-core machine. */
const START_LIMIT_MS = 90_000;
/** The time for a graceful stop. Kafka needs two seconds, MongoDB and the registry less than two. */
const STOP_GRACE_MS = 15_000;

export function createPart({ spec, serves, clear }: Plan, signal?: AbortSignal): LocalPart {
  let child: Child | null = null;
  return {
    async start() {
      if (child && !child.exit()) return;
      const started = spawnChild(spec);
      child = started;
      await comeUp(started, serves, signal);
    },
    signal: (name) => child?.signal(name),
    ended: async () => (child ? describeExit(await child.exited) : "was not started"),
    stop: async () => void (child && (await endChild(child, STOP_GRACE_MS))),
    async wipe() {
      child?.signal("SIGKILL");
      await child?.exited;
      await clear();
    },
  };
}

async function comeUp(child: Child, serves: () => Promise<boolean>, signal?: AbortSignal): Promise<void> {
  try {
    await untilServing(child, serves, { limitMs: START_LIMIT_MS, signal });
  } catch (error) {
    await endChild(child, STOP_GRACE_MS);
    signal?.throwIfAborted();
    throw new Error(`${(error as Error).message}; the end of ${child.log}:\n${tailOf(child.log)}`, {
      cause: error,
    });
  }
}
