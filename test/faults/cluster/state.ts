import { setTimeout as sleep } from "node:timers/promises";
import { askController, askCoordinator, askPartitions, type PartitionState } from "./ask-broker.ts";
import type { FaultyCluster } from "./cluster.ts";

/** Nodes that are not to be asked, because they are struck. */
type Except = readonly string[];

/** The first answer of a broker counts. Throws where none answers. */
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

/** The node that leads the most partitions of a topic. */
export async function findLeader(cluster: FaultyCluster, topic: string): Promise<string | null> {
  const led = Map.groupBy(await readPartitions(cluster, topic), ({ leader }) => leader);
  const [most] = [...led].sort(([, one], [, other]) => other.length - one.length);
  return most ? nameOf(cluster, most[0]) : null;
}

/** Whether each partition of a topic is led by a broker that is not among these. */
export async function isLedByOthers(cluster: FaultyCluster, topic: string, struck: Except): Promise<boolean> {
  const partitions = await readPartitions(cluster, topic, struck);
  return partitions.every(({ leader }) => leader >= 0 && !struck.includes(nameOf(cluster, leader) ?? ""));
}

export const findController = async (cluster: FaultyCluster, except: Except = []) =>
  nameOf(cluster, await askAny(cluster, except, askController));

export const findCoordinator = async (cluster: FaultyCluster, groupId: string, except: Except = []) =>
  nameOf(cluster, await askAny(cluster, except, (port) => askCoordinator(port, groupId)));

/** The member that is the primary of the newest term, by what the members themselves say. */
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

/** All nodes run, every copy is in sync, MongoDB has one primary and all others follow it. */
const WHOLE_MS = 120_000;
const LOOK_AGAIN_MS = 250;

/** Resolves with what is not whole when the time is over; empty where all is. */
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

/** How often MongoDB's members have elected a primary: the newest term. */
export async function readTerm({ members }: FaultyCluster): Promise<number> {
  const asked = members.map(async ({ command }) => Number((await command({ replSetGetStatus: 1 })).term));
  const answers = await Promise.allSettled(asked);
  return Math.max(0, ...answers.map((answer) => (answer.status === "fulfilled" ? answer.value : 0)));
}
