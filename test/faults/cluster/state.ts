import { setTimeout as sleep } from "node:timers/promises";
import { askController, askCoordinator, askPartitions, type PartitionState } from "./ask-broker.ts";
import type { FaultyCluster } from "./cluster.ts";

/** Nodes that are not to be asked, because they are struck. */
type Except = readonly string[];

/** Asks the brokers and resolves with the first answer. Rejects if none answers. */
function askAny<T>(
  { brokers }: FaultyCluster,
  except: Except,
  ask: (port: number) => Promise<T>,
): Promise<T> {
  const asked = brokers.filter(({ name }) => !except.includes(name));
  return Promise.any(asked.map(({ port }) => ask(port)));
}

export const readPartitions = (cluster: FaultyCluster, topic: string, except: Except = []) =>
  askAny(cluster, except, (port) => askPartitions(port, topic));

const nameOf = ({ brokers, controllers }: FaultyCluster, wanted: number): string | null =>
  [...brokers, ...controllers].find(({ id }) => id === wanted)?.name ?? null;

/** Returns the node that leads the most partitions of a topic. */
export async function findLeader(cluster: FaultyCluster, topic: string): Promise<string | null> {
  const led = Map.groupBy(await readPartitions(cluster, topic), ({ leader }) => leader);
  const [most] = [...led].sort(([, one], [, other]) => other.length - one.length);
  return most ? nameOf(cluster, most[0]) : null;
}

/** Returns whether each partition of a topic is led by a broker that is not among the struck nodes. */
export async function isLedByOthers(cluster: FaultyCluster, topic: string, struck: Except): Promise<boolean> {
  const partitions = await readPartitions(cluster, topic, struck);
  return partitions.every(({ leader }) => leader >= 0 && !struck.includes(nameOf(cluster, leader) ?? ""));
}

export const findController = async (cluster: FaultyCluster, except: Except = []) =>
  nameOf(cluster, await askAny(cluster, except, askController));

export const findCoordinator = async (cluster: FaultyCluster, groupId: string, except: Except = []) =>
  nameOf(cluster, await askAny(cluster, except, (port) => askCoordinator(port, groupId)));

/** Returns the member that is the primary of the newest term, by the answers of the members themselves. */
export async function findPrimary(cluster: FaultyCluster, except: Except = []): Promise<string | null> {
  const asked = cluster.members
    .filter(({ name }) => !except.includes(name))
    .map(async ({ name, command }) => {
      const { isWritablePrimary, electionId } = await command({ hello: 1 });
      return isWritablePrimary ? [{ name, election: String(electionId) }] : [];
    });
  const answers = await Promise.allSettled(asked);
  const primaries = answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : []));
  return primaries.sort((one, other) => (one.election < other.election ? 1 : -1))[0]?.name ?? null;
}

/**
 * Limit until the cluster is whole: all nodes run, every copy is in sync, and MongoDB has one primary that all others
 * follow.
 */
const WHOLE_MS = 120_000;
const LOOK_AGAIN_MS = 250;

/**
 * Waits until the cluster is whole. Resolves with the faults that are left when the time is over, else with an empty
 * list.
 */
export async function untilWhole(cluster: FaultyCluster, topics: readonly string[]): Promise<string[]> {
  const giveUpAt = Date.now() + WHOLE_MS;
  for (;;) {
    const faults = await findFaults(cluster, topics).catch((error: Error) => [String(error)]);
    if (faults.length === 0 || Date.now() > giveUpAt) return faults;
    await sleep(LOOK_AGAIN_MS);
  }
}

async function findFaults(cluster: FaultyCluster, topics: readonly string[]): Promise<string[]> {
  const asked = topics.map(async (topic) => {
    const partitions = await readPartitions(cluster, topic);
    return partitions
      .filter(isShort)
      .map(({ partition }) => `${topic}:${partition} has too few copies in sync`);
  });
  return [...(await Promise.all(asked)).flat(), ...(await findAbsentMembers(cluster))];
}

const isShort = ({ leader, replicas, inSync }: PartitionState) =>
  leader < 0 || inSync.length < replicas.length;

const SERVING = new Set(["PRIMARY", "SECONDARY"]);

async function findAbsentMembers(cluster: FaultyCluster): Promise<string[]> {
  const found = await findPrimary(cluster);
  const primary = cluster.members.find(({ name }) => name === found);
  if (!primary) return ["MongoDB has no primary"];
  const { members } = (await primary.command({ replSetGetStatus: 1 })) as { members: MemberState[] };
  return members
    .filter(({ stateStr }) => !SERVING.has(stateStr))
    .map(({ name, stateStr }) => `${name} is ${stateStr}`);
}

type MemberState = { name: string; stateStr: string };

/** Returns the newest term of MongoDB's members: the number of their elections. */
export async function readTerm({ members }: FaultyCluster): Promise<number> {
  const asked = members.map(async ({ command }) => Number((await command({ replSetGetStatus: 1 })).term));
  const answers = await Promise.allSettled(asked);
  return Math.max(0, ...answers.map((answer) => (answer.status === "fulfilled" ? answer.value : 0)));
}
