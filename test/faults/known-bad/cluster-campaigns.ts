import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { withAdmin } from "@teravoz/kafka";
import kafkajs from "kafkajs";
import type { Campaign } from "../campaigns/campaign.ts";
import { aimAt, clusterFault, feltBy, holdUntilFelt, type Scene, withoutNodes } from "../cluster/faults.ts";
import { primaryRollsBack } from "../cluster/of-members.ts";
import { readPartitions } from "../cluster/state.ts";

const main = (name: string) => join(import.meta.dirname, `${name}.ts`);

/** Time in which the leader takes events alone. The controller counts its followers as in sync for 10 s. */
const ALONE_MS = 3_000;

/** Cuts the followers from the leader, which then dies with the events that it has taken meanwhile. */
const leaderDiesAhead = clusterFault(
  "leader killed, cut from its followers",
  [1_000, 1_000],
  async (scene) => {
    const [leader] = await aimAt.leader(scene);
    if (!leader) return false;
    return withLeaderAlone(scene, leader, () => sleep(ALONE_MS));
  },
);

/** Runs `run` while no follower gets anything from the leader, and then kills the leader until others lead. */
async function withLeaderAlone(scene: Scene, leader: string, run: () => Promise<void>): Promise<boolean> {
  const link = scene.cluster.proxyOf(leader, "broker");
  link.hang();
  try {
    await run();
    return await withoutNodes(scene, { nodes: [leader], harm: "kill" }, () => {
      link.heal();
      return holdUntilFelt(scene, [leader], feltBy.newLeaders);
    });
  } finally {
    link.heal();
  }
}

/** The settings that this build gets wrong: one copy is enough for an answer, and a copy that lags may lead. */
const UNSAFE = { "min.insync.replicas": "1", "unclean.leader.election.enable": "true" };
const SAFE = { "min.insync.replicas": "2", "unclean.leader.election.enable": "false" };

const uncleanElection = clusterFault(
  "leader killed, its copies out of sync",
  [1_000, 1_000],
  async (scene) => {
    const [leader] = await aimAt.leader(scene);
    const { id } = scene.cluster.brokers.find(({ name }) => name === leader)!;
    if (!leader) return false;
    await alterTopics(scene, UNSAFE);
    const isFelt = await withLeaderAlone(scene, leader, async () => {
      const isAlone = await holdUntilFelt({ ...scene, holdMs: 0 }, [], () => isInSyncAlone(scene, id));
      scene.rig.note(`${leader} is ${isAlone ? "" : "not "}the only copy in sync`);
      await sleep(ALONE_MS);
    });
    await alterTopics(scene, SAFE);
    return isFelt;
  },
);

async function isInSyncAlone({ rig, cluster }: Scene, id: number): Promise<boolean> {
  const partitions = await readPartitions(cluster, rig.opened.topics.callEvents);
  return partitions.filter(({ leader }) => leader === id).every(({ inSync }) => inSync.length === 1);
}

/**
 * Alters these settings of the topics of events and keeps the others: kafkajs can only replace all settings of a topic.
 */
async function alterTopics({ rig }: Scene, settings: Record<string, string>): Promise<void> {
  const { callEvents, agentEvents } = rig.opened.topics;
  const type = kafkajs.ConfigResourceTypes.TOPIC;
  await withAdmin(rig.opened.client, async (admin) => {
    const described = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [callEvents, agentEvents].map((name) => ({ type, name })),
    });
    const resources = described.resources.map(({ resourceName: name, configEntries }) => {
      const own = configEntries.filter(({ isDefault }) => !isDefault);
      const kept = Object.fromEntries(own.map(({ configName, configValue }) => [configName, configValue]));
      const entries = Object.entries({ ...kept, ...settings });
      return { type, name, configEntries: entries.map(([name, value]) => ({ name, value })) };
    });
    await admin.alterConfigs({ validateOnly: false, resources });
  });
}

const base = { rate: 100, gapMs: 0, onCluster: true } as const;
const counts = { ingest: 1, projector: 1, realtime: 0 };

/** Builds that lose writes which a majority does not have: one copy answers for all, or a copy that lags takes over. */
export const clusterKnownBad: readonly Campaign[] = [
  {
    ...base,
    name: "known bad: acks=1",
    lanes: [[{ fault: leaderDiesAhead, times: 1 }]],
    rig: { mains: { ingest: main("leader-only-acks") }, counts },
    mustShow: ["missing"],
  },
  {
    ...base,
    name: "known bad: unclean election",
    lanes: [[{ fault: uncleanElection, times: 1 }]],
    rig: { counts },
    mustShow: ["missing"],
  },
  {
    ...base,
    name: "known bad: w:1 on three mongods",
    lanes: [[{ fault: { ...primaryRollsBack, holdMs: [0, 0] }, times: 1 }]],
    rig: { mains: { projector: main("weak-writes") }, counts: { ...counts, realtime: 1 } },
    mustShow: ["missing", "committed past the stored", "id given twice", "vanished", "stale client"],
  },
];
