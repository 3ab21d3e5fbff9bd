import { createRequire } from "node:module";

/*
 * kafkajs 2.2.4 asks the leaders of all partitions of a topic for their offsets, and returns nothing if a single
 * partition has no leader (-1 in the metadata). This patch leaves such partitions out of the answer, because neither a
 * join nor a fetch of the other partitions may wait for them.
 */

type Offsets = { topic: string; partitions: { partition: number }[] };
type Cluster = {
  findTopicPartitionMetadata(topic: string): { partitionId: number; leader: number }[];
  fetchTopicsOffset(topics: Offsets[]): Promise<Offsets[]>;
};

const NO_LEADER = -1;

const load = createRequire(import.meta.url);
const { prototype } = load("kafkajs/src/cluster") as { prototype: Cluster };
const { fetchTopicsOffset } = prototype;

prototype.fetchTopicsOffset = async function (this: Cluster, topics) {
  const asked = topics.map((each) => ({ ...each, partitions: withLeader(this, each) }));
  const found = await fetchTopicsOffset.call(this, asked);
  return topics.map(({ topic }) => found.find((each) => each.topic === topic) ?? { topic, partitions: [] });
};

function withLeader(cluster: Cluster, { topic, partitions }: Offsets): Offsets["partitions"] {
  const leaderless = cluster
    .findTopicPartitionMetadata(topic)
    .filter(({ leader }) => leader === NO_LEADER)
    .map(({ partitionId }) => partitionId);
  return partitions.filter(({ partition }) => !leaderless.includes(partition));
}
