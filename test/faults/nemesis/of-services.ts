import { setTimeout as sleep } from "node:timers/promises";
import type { Kind } from "@teravoz/stack";
import type { Rig } from "../rig/rig.ts";
import type { Fault, Strike } from "./fault.ts";

const KINDS: readonly Kind[] = ["ingest", "projector", "realtime"];
const both = (kind: Kind) => [`${kind}-1`, `${kind}-2`];
const ONE_HIT = [1, 1] as const;

/** Kills a process at any moment, by kill -9. */
const killed = (kind: Kind): Fault => ({
  name: `${kind} killed`,
  targets: both(kind),
  holdMs: [0, 500],
  hits: ONE_HIT,
  recovers: "target",
  async strike({ processes }, { target, holdMs }) {
    processes.doom(target);
    const handle = processes.find(target);
    handle.kill("SIGKILL");
    await handle.exited;
    await sleep(holdMs);
    await processes.revive(target);
    return Date.now();
  },
});

/**
 * Stops a process by SIGSTOP, a projector sometimes beyond the session of 10 s: its partitions are reassigned before it
 * wakes.
 */
const paused = (kind: Kind): Fault => ({
  name: `${kind} paused`,
  targets: both(kind),
  holdMs: kind === "projector" ? [2_000, 14_000] : [1_000, 7_000],
  hits: ONE_HIT,
  recovers: "target",
  async strike({ processes }, { target, holdMs }) {
    processes.find(target).kill("SIGSTOP");
    await sleep(holdMs);
    processes.find(target).kill("SIGCONT");
    return Date.now();
  },
});

/** Ends a process by SIGTERM and starts it again. It must exit with code 0. */
const restarted = (kind: Kind): Fault => ({
  name: `${kind} restarted`,
  targets: both(kind),
  holdMs: [0, 500],
  hits: ONE_HIT,
  recovers: "target",
  async strike({ processes }, { target, holdMs }) {
    processes.doom(target);
    const code = await processes.find(target).stop();
    if (code !== 0) processes.ends.push({ name: target, how: `stopped with ${code ?? "a signal"}` });
    await sleep(holdMs);
    await processes.revive(target);
    return Date.now();
  },
});

/** Kills a process at a point of the code, as kill -9 does. */
const aimed = (kind: Kind, point: string, hits: readonly [number, number]): Fault => ({
  name: `${kind} killed ${point}`,
  targets: both(kind),
  holdMs: [0, 300],
  hits,
  recovers: "target",
  strike: (rig, strike) => strikeAt(rig, strike, point),
});

async function strikeAt({ processes }: Rig, { target, hits, holdMs }: Strike, point: string) {
  if (!(await processes.strikeAt(target, point, hits))) {
    // it may have died just after the limit: that end is caused by the nemesis too
    await processes.revive(target);
    return null;
  }
  await sleep(holdMs);
  await processes.revive(target);
  return Date.now();
}

/** Kills in the middle of an erasure. */
export const erasureKills = [
  aimed("projector", "in an erasure, before its commit", [1, 3]),
  aimed("projector", "in an erasure, after its commit", [1, 3]),
  aimed("projector", "in an erasure, after the clearing", [1, 3]),
  aimed("projector", "in an erasure, after a tombstone in answer", [1, 2]),
];

export const killedServices = KINDS.map(killed);
export const pausedServices = KINDS.map(paused);
export const restartedServices = KINDS.map(restarted);

/**
 * Kills at points where a death would reveal a step that is not atomic. The numbers of hits are chosen for some
 * publishes and a few batches a second.
 */
export const aimedKills = [
  aimed("ingest", "after the send, before the answer", [1, 60]),
  aimed("projector", "in the transaction", [1, 4]),
  aimed("projector", "after the commit, before the notice", [1, 4]),
  aimed("projector", "after the notice, before Kafka's commit", [1, 12]),
];
