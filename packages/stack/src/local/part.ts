import {
  type Child,
  type ChildSpec,
  describeExit,
  endChild,
  spawnChild,
  untilServing,
} from "../process/child.ts";
import { tailOf } from "../process/log-file.ts";

/** How a part is run, and how one sees that it serves. */
export type Plan = {
  spec: ChildSpec;
  serves(): Promise<boolean>;
  /** Empties its storage; only while it does not run. */
  clear(): Promise<void>;
};

/** A process of ours that can be ended and started again; one at a time. */
export type LocalPart = {
  /** Resolves when it serves, at once while it runs; where it does not, the process is ended and this rejects with the end of its log. */
  start(): Promise<void>;
  signal(name: NodeJS.Signals): void;
  ended(): Promise<string>;
  stop(): Promise<void>;
  /** Kills it and empties its storage. */
  wipe(): Promise<void>;
};

/** Four times what the slowest, the registry, took on a busy two-core machine. */
const START_LIMIT_MS = 90_000;
/** Kafka stops in two seconds, MongoDB and the registry in less than two. */
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
