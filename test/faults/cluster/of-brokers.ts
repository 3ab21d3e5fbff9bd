import { setTimeout as sleep } from "node:timers/promises";
import { withAdmin } from "@teravoz/kafka";
import type { Listener } from "@teravoz/stack";
import type { Flow } from "../../support/stack/tcp-proxy.ts";
import type { Fault } from "../nemesis/fault.ts";
import {
  aimAt,
  awaitWhole,
  both,
  clusterFault,
  feltBy,
  holdUntilFelt,
  struckNodes,
  withoutNodes,
} from "./faults.ts";
import { readPartitions } from "./state.ts";

/** Longer than a broker's session of 4 s, so that others lead when it is back. */
const PAST_SESSION = [6_000, 10_000] as const;

export const leaderKilled = struckNodes("leader killed", {
  aim: aimAt.leader,
  harm: "kill",
  bite: feltBy.newLeaders,
  holdMs: PAST_SESSION,
});

export const leaderPaused = struckNodes("leader paused past its session", {
  aim: aimAt.leader,
  harm: "pause",
  bite: feltBy.newLeaders,
  holdMs: [8_000, 14_000],
});

export const controllerKilled = struckNodes("controller killed", {
  aim: aimAt.controller,
  harm: "kill",
  bite: feltBy.newController,
  holdMs: PAST_SESSION,
});

export const controllerPaused = struckNodes("controller paused", {
  aim: aimAt.controller,
  harm: "pause",
  bite: feltBy.newController,
  holdMs: [6_000, 12_000],
});

export const coordinatorKilled = struckNodes("group's coordinator killed", {
  aim: aimAt.coordinator,
  harm: "kill",
  bite: feltBy.newCoordinator,
  holdMs: PAST_SESSION,
});

export const twoBrokersKilled = struckNodes("two of three brokers killed", {
  aim: aimAt.twoBrokers,
  harm: "kill",
  bite: feltBy.refusals,
  holdMs: [6_000, 10_000],
});

/**
 * Kills a broker, and a second one when the partitions of the first have other leaders. Neither can start without the
 * other.
 */
export const twoBrokersInTurn = clusterFault(
  "two brokers killed, one after the other",
  PAST_SESSION,
  async (scene) => {
    const { rig, cluster } = scene;
    const [first] = await aimAt.leader(scene);
    const second = cluster.brokers.find(({ name }) => name !== first)!.name;
    if (!first) return false;
    await cluster.kill(first);
    const isFelt = await holdUntilFelt({ ...scene, holdMs: 0 }, [first], feltBy.newLeaders);
    await cluster.kill(second);
    rig.note(`killed: ${first}, then ${second}`);
    const isRefused = await holdUntilFelt(scene, [first, second], feltBy.refusals);
    await Promise.all([first, second].map((node) => cluster.start(node)));
    return isFelt && isRefused;
  },
);

/** Restarts the brokers by SIGTERM one after the other, each when the one before is in sync again. */
export const brokersRolled = clusterFault("brokers restarted one after the other", [0, 0], async (scene) => {
  const felt: boolean[] = [];
  for (const { name } of scene.cluster.brokers) {
    const harm = { nodes: [name], harm: "stop" } as const;
    felt.push(await withoutNodes(scene, harm, () => holdUntilFelt(scene, [name], feltBy.newLeaders)));
    await awaitWhole(scene.rig, scene.cluster);
  }
  return felt.every(Boolean);
});

/**
 * Replaces a broker by an empty one with the same id. It has all copies again in the end, or the cluster is not whole.
 */
export const brokerReplaced = clusterFault("broker replaced, its disk empty", PAST_SESSION, async (scene) => {
  const [leader] = await aimAt.leader(scene);
  if (!leader) return false;
  return withoutNodes(scene, { nodes: [leader], harm: "wipe" }, () =>
    holdUntilFelt(scene, [leader], feltBy.newLeaders),
  );
});

/** Removes the copy of each partition from its leader, and adds it again as the last one in the order of copies. */
export const partitionsReassigned = clusterFault("partitions reassigned", [2_000, 4_000], async (scene) => {
  const { rig, cluster, holdMs } = scene;
  const { callEvents: topic } = rig.opened.topics;
  const before = await readPartitions(cluster, topic);
  const reassign = (replicasOf: (replicas: number[]) => number[]) => {
    const partitionAssignment = before.map(({ partition, leader, replicas }) => ({
      partition,
      replicas: replicasOf([...replicas.filter((each) => each !== leader), leader]),
    }));
    const topics = [{ topic, partitionAssignment }];
    return withAdmin(rig.opened.client, (admin) => admin.alterPartitionReassignments({ topics }));
  };
  await reassign((replicas) => replicas.slice(0, -1));
  const isFelt = await holdUntilFelt(scene, [], async () => {
    const now = await readPartitions(cluster, topic);
    return before.every(
      ({ partition, leader }) => now.find((each) => each.partition === partition)?.leader !== leader,
    );
  });
  await sleep(holdMs);
  await reassign((replicas) => replicas);
  return isFelt;
});

/**
 * Drops one direction of the leader's listeners, while the leader and the controller still consider each other healthy.
 */
const leaderLink = (name: string, way: Flow["way"], listeners: readonly Listener[]): Fault =>
  clusterFault(name, [8_000, 14_000], async (scene) => {
    const { cluster } = scene;
    const [leader] = await aimAt.leader(scene);
    if (!leader) return false;
    for (const listener of listeners) cluster.proxyOf(leader, listener).hang((flow) => flow.way === way);
    try {
      return await holdUntilFelt(scene, [leader], feltBy.refusals);
    } finally {
      for (const listener of listeners) cluster.proxyOf(leader, listener).heal();
    }
  });

export const leaderLinks = [
  // its followers fall behind
  leaderLink("leader's answers to its followers lost", "from target", ["broker"]),
  leaderLink("leader's answers to its clients lost", "from target", ["client"]),
  // its own requests arrive
  leaderLink("requests to the leader lost", "to target", ["client", "broker"]),
];

export const registryKilledWithBroker = struckNodes("registry killed with the leader", {
  aim: both(async () => ["registry"], aimAt.leader),
  harm: "kill",
  bite: feltBy.newLeaders,
  holdMs: PAST_SESSION,
});

/** Needs a cluster with separate controllers: no leader can be elected meanwhile. */
export const allControllersKilled = struckNodes("all controllers killed, and the leader", {
  aim: both(async ({ cluster }) => cluster.controllers.map(({ name }) => name), aimAt.leader),
  harm: "kill",
  bite: feltBy.refusals,
  holdMs: PAST_SESSION,
});
