import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../../support/eventually.ts";
import { dataOf, type FaultyCluster } from "./cluster.ts";
import {
  aimAt,
  awaitWhole,
  both,
  clusterFault,
  feltBy,
  holdUntilFelt,
  type Scene,
  struckNodes,
  withoutNodes,
} from "./faults.ts";
import { findPrimary, readTerm } from "./state.ts";
import { portsOf } from "./tcp-ports-of.ts";

/** Some nodes are back before the election after 10 s, most are not. */
const AROUND_ELECTION = [6_000, 14_000] as const;

export const primaryKilled = struckNodes("primary killed", {
  aim: aimAt.primary,
  harm: "kill",
  bite: feltBy.newPrimary,
  holdMs: AROUND_ELECTION,
});

export const primaryPaused = struckNodes("primary paused", {
  aim: aimAt.primary,
  harm: "pause",
  bite: feltBy.newPrimary,
  holdMs: [20_000, 20_000],
});

export const secondariesKilled = struckNodes("both secondaries killed", {
  aim: aimAt.secondaries,
  harm: "kill",
  bite: feltBy.noPrimary,
  holdMs: [12_000, 16_000],
});

export const membersKilled = struckNodes("all mongods killed", {
  aim: aimAt.members,
  harm: "kill",
  bite: feltBy.noPrimary,
  holdMs: [2_000, 6_000],
});

export const leaderAndPrimaryKilled = struckNodes("leader and primary killed", {
  aim: both(aimAt.leader, aimAt.primary),
  harm: "kill",
  bite: async (scene, nodes) =>
    (await feltBy.newLeaders(scene, nodes)) && (await feltBy.newPrimary(scene, nodes)),
  holdMs: AROUND_ELECTION,
});

/** Restarts the members by SIGTERM one after the other, each when the one before follows again. */
export const membersRolled = clusterFault("mongods restarted one after the other", [0, 0], async (scene) => {
  const { rig, cluster } = scene;
  const before = await readTerm(cluster);
  for (const { name } of cluster.members) {
    await withoutNodes(scene, { nodes: [name], harm: "stop" }, async () => {});
    await awaitWhole(rig, cluster);
  }
  return (await readTerm(cluster)) > before;
});

const STEP_DOWNS = 6;
const BETWEEN_MS = 5_000;

/** Makes the primary step down again and again. Each time another member is elected. */
export const primaryStepsDown = clusterFault(
  "primary steps down every 5 s",
  [0, 0],
  async ({ cluster, rig }) => {
    const before = await readTerm(cluster);
    for (let n = 0; n < STEP_DOWNS; n++) {
      const primary = await findPrimary(cluster);
      // without force it hands over to a secondary at once; its connections may close with the command
      const stepDown = { replSetStepDown: 10, secondaryCatchUpPeriodSecs: 5 };
      await commandOf(cluster, primary)(stepDown).catch(() => {});
      await sleep(BETWEEN_MS);
    }
    const elections = (await readTerm(cluster)) - before;
    rig.note(`${elections} elections`);
    return elections >= STEP_DOWNS / 2;
  },
);

const commandOf = ({ members }: FaultyCluster, wanted: string | null) =>
  members.find(({ name }) => name === wanted)?.command ?? (async () => ({}));

/** Time without secondaries. A primary steps down 10 s after it has lost them. */
const ALONE_MS = 3_000;
const FROZEN_MS = 20_000;

/**
 * Lets the primary take writes that no secondary has, freezes it, and wakes it when another member is primary: it must
 * roll them back. The secondaries are killed, because paused ones would find these writes in their sockets.
 */
export const primaryRollsBack = clusterFault(
  "primary stopped for 20 s with writes of its own (rollback)",
  [FROZEN_MS, FROZEN_MS],
  async (scene) => {
    const { rig, cluster, holdMs } = scene;
    const [primary] = await aimAt.primary(scene);
    const secondaries = (await aimAt.secondaries(scene)).filter((name) => name !== null);
    if (!primary) return false;
    const before = countRolledBack(cluster);
    await withoutNodes(scene, { nodes: secondaries, harm: "kill" }, async () => {
      await sleep(ALONE_MS);
      await cluster.pause(primary);
      rig.note(`paused: ${primary}`);
    });
    const isReplaced = await holdUntilFelt({ ...scene, holdMs }, [primary], feltBy.newPrimary);
    await cluster.resume(primary);
    const rolledBack = await eventually(() => {
      const count = countRolledBack(cluster) - before;
      if (count === 0) throw new Error("nothing was rolled back");
      return count;
    }).catch(() => 0);
    rig.note(`${rolledBack} collections of ${primary} were rolled back`);
    return isReplaced && rolledBack > 0;
  },
);

/** Counts the files of documents that members have rolled back, one for each collection and time. */
const countRolledBack = (cluster: FaultyCluster): number =>
  cluster.members
    .map(({ name }) => join(dataOf(cluster, name), "rollback"))
    .filter(existsSync)
    .flatMap((dir) => readdirSync(dir, { recursive: true, encoding: "utf8" }))
    .filter((file) => file.endsWith(".bson")).length;

/** Cuts the primary off from clients and members, in both directions. */
export const primaryCutOff = clusterFault("primary cut from all", [14_000, 18_000], async (scene) => {
  const { cluster } = scene;
  const [primary] = await aimAt.primary(scene);
  if (!primary) return false;
  const isItsOwn = portsOf(cluster, primary);
  const links = cluster.proxies.filter(({ listener }) => listener === "member");
  for (const { node, proxy } of links)
    proxy.hang(({ clientPort }) => node === primary || isItsOwn(clientPort));
  try {
    return await holdUntilFelt(scene, [primary], feltBy.newPrimary);
  } finally {
    for (const { proxy } of links) proxy.heal();
  }
});

/** Drops the primary's answers: the secondaries' requests still reach it, and its own heartbeats arrive. */
export const primaryCutOneWay = clusterFault(
  "primary's answers lost",
  [14_000, 18_000],
  async (scene: Scene) => {
    const [primary] = await aimAt.primary(scene);
    if (!primary) return false;
    const link = scene.cluster.proxyOf(primary, "member");
    link.hang(({ way }) => way === "from target");
    try {
      return await holdUntilFelt(scene, [primary], feltBy.newPrimary);
    } finally {
      link.heal();
    }
  },
);
