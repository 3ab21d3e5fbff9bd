import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../nemesis/fault.ts";
import type { Rig } from "../rig/rig.ts";
import type { FaultyCluster } from "./cluster.ts";
import {
  findController,
  findCoordinator,
  findLeader,
  findPrimary,
  isLedByOthers,
  untilWhole,
} from "./state.ts";
import { isRefusal } from "./windows.ts";

/** A rig on a cluster, at the moment of a strike. */
export type Scene = { rig: Rig; cluster: FaultyCluster; holdMs: number };

/** Finds the nodes that are to be struck. */
export type Aim = (scene: Scene) => Promise<(string | null)[]>;
/** Returns whether the cluster, or the gateway, has felt that these nodes are struck. */
export type Bite = (scene: Scene, nodes: readonly string[]) => Promise<boolean>;

const ONE_HIT = [1, 1] as const;

/**
 * Creates a fault of a cluster. The cluster is whole before the fault. `act` resolves with whether the fault was felt:
 * by an election, or by refused webhooks. A fault that was not felt proves nothing and counts as one that did not
 * happen.
 */
export const clusterFault = (
  name: string,
  holdMs: readonly [number, number],
  act: (scene: Scene) => Promise<boolean>,
): Fault => ({
  name,
  targets: ["cluster"],
  holdMs,
  hits: ONE_HIT,
  recovers: "all",
  async strike(rig, strike) {
    const { cluster } = rig;
    if (!cluster) throw new Error(`${name} needs a cluster`);
    return (await act({ rig, cluster, holdMs: strike.holdMs })) ? Date.now() : null;
  },
});

type Harm = "kill" | "pause" | "stop" | "wipe";

/** Creates a fault that strikes nodes at the same time, holds the fault, and brings the nodes back. */
export const struckNodes = (
  name: string,
  { aim, harm, bite, holdMs }: { aim: Aim; harm: Harm; bite: Bite; holdMs: readonly [number, number] },
): Fault =>
  clusterFault(name, holdMs, async (scene) => {
    const nodes = (await aim(scene)).filter((node) => node !== null);
    if (nodes.length === 0) return false;
    return withoutNodes(scene, { nodes, harm }, () => holdUntilFelt(scene, nodes, bite));
  });

/** Runs while these nodes are killed, paused or stopped, and brings them back. */
export async function withoutNodes<T>(
  { cluster, rig }: Scene,
  { nodes, harm }: { nodes: readonly string[]; harm: Harm },
  run: () => Promise<T>,
): Promise<T> {
  rig.note(`${harm}: ${nodes.join(", ")}`);
  await Promise.all(nodes.map((node) => cluster[harm](node)));
  try {
    return await run();
  } finally {
    await Promise.all(nodes.map((node) => (harm === "pause" ? cluster.resume(node) : cluster.start(node))));
    rig.note(`back: ${nodes.join(", ")}`);
  }
}

/**
 * Limit until a fault is felt. An election takes a broker's session of 4 s, a member's 10 to 12 s; a busy machine takes
 * longer.
 */
const FELT_MS = 40_000;
const LOOK_AGAIN_MS = 200;

/** Holds the fault for the time of the strike, and longer if it is not felt by then. Resolves with whether it was. */
export async function holdUntilFelt(scene: Scene, nodes: readonly string[], bite: Bite): Promise<boolean> {
  const began = Date.now();
  let isFelt = false;
  while (!isFelt && Date.now() - began < Math.max(FELT_MS, scene.holdMs)) {
    isFelt = await bite(scene, nodes).catch(() => false);
    await sleep(LOOK_AGAIN_MS);
  }
  scene.rig.note(`${isFelt ? "felt" : "not felt"} after ${Date.now() - began} ms`);
  await sleep(Math.max(0, scene.holdMs - (Date.now() - began)));
  return isFelt;
}

const eventsOf = ({ rig }: Scene) => rig.opened.topics.callEvents;
const groupOf = ({ rig }: Scene) => `${rig.opened.prefix}projector`;

export const aimAt = {
  leader: async (scene: Scene) => [await findLeader(scene.cluster, eventsOf(scene))],
  controller: async ({ cluster }: Scene) => [await findController(cluster)],
  coordinator: async (scene: Scene) => [await findCoordinator(scene.cluster, groupOf(scene))],
  primary: async ({ cluster }: Scene) => [await findPrimary(cluster)],
  secondaries: async ({ cluster }: Scene) => {
    const primary = await findPrimary(cluster);
    return cluster.members.map(({ name }) => name).filter((name) => name !== primary);
  },
  members: async ({ cluster }: Scene) => cluster.members.map(({ name }) => name),
  /** The leader of the most partitions, and another broker. */
  twoBrokers: async (scene: Scene) => {
    const leader = await findLeader(scene.cluster, eventsOf(scene));
    return [leader, scene.cluster.brokers.find(({ name }) => name !== leader)!.name];
  },
} satisfies Record<string, Aim>;

/** Aims at the targets of all these aims at once. */
export const both =
  (...aims: Aim[]): Aim =>
  async (scene) => [...new Set((await Promise.all(aims.map((aim) => aim(scene)))).flat())];

const isAnother = (found: string | null, nodes: readonly string[]) =>
  found !== null && !nodes.includes(found);

export const feltBy = {
  newLeaders: (scene: Scene, nodes: readonly string[]) =>
    isLedByOthers(scene.cluster, eventsOf(scene), nodes),
  newController: async ({ cluster }: Scene, nodes: readonly string[]) =>
    isAnother(await findController(cluster, nodes), nodes),
  newCoordinator: async (scene: Scene, nodes: readonly string[]) =>
    isAnother(await findCoordinator(scene.cluster, groupOf(scene), nodes), nodes),
  newPrimary: async ({ cluster }: Scene, nodes: readonly string[]) =>
    isAnother(await findPrimary(cluster, nodes), nodes),
  /** No member takes writes. */
  noPrimary: async ({ cluster }: Scene) => (await findPrimary(cluster)) === null,
  /**
   * The gateway refused a webhook that began after the last strike. A missing answer proves nothing: another fault
   * kills ingests.
   */
  refusals: async ({ rig }: Scene) => {
    const since = rig.struckAt.at(-1)?.from ?? 0;
    return rig.history.operations.some((each) => each.t0 >= since && isRefusal(each));
  },
} satisfies Record<string, Bite>;

export const allFelt =
  (...bites: Bite[]): Bite =>
  async (scene, nodes) =>
    (await Promise.all(bites.map((bite) => bite(scene, nodes)))).every(Boolean);

/** Waits until the cluster is whole. Faults that are left are noted as unrecovered. */
export async function awaitWhole(rig: Rig, cluster: FaultyCluster): Promise<void> {
  const { callEvents, agentEvents, callChanges } = rig.opened.topics;
  const faults = await untilWhole(cluster, [callEvents, agentEvents, callChanges, "__consumer_offsets"]);
  rig.unrecovered.push(...faults);
}
