import { setTimeout as sleep } from "node:timers/promises";
import type { Admin, ITopicMetadata, PartitionMetadata } from "kafkajs";

/**
 * The default number of copies. Two of three brokers acknowledge a record, which then survives the loss of one broker.
 */
const DEFAULT_COPIES = 3;

const LOOK_MS = 500;
const SAY_MS = 10_000;
/**
 * The time without a completed partition after which raising copies fails. A partition of some gigabytes takes minutes.
 * After this time an operator must check the brokers.
 */
const GIVE_UP_MS = 600_000;

const idsOf = ({ topics }: { topics: ITopicMetadata[] }): number[] =>
  topics.flatMap(({ partitions }) => partitions.flatMap(({ replicas }) => replicas));

/** Returns the ids of the brokers that are up. */
async function findBrokers(admin: Admin): Promise<number[]> {
  const { brokers } = await admin.describeCluster();
  return brokers.map(({ nodeId }) => nodeId);
}

/**
 * Returns how many copies each partition must have: the configured number, otherwise 3, or 1 if there is no sign of a
 * second broker. A broker that is down is still recognized by its address, or because it has a copy of some partition.
 */
export async function copiesWanted(
  admin: Admin,
  { KAFKA_REPLICATION_FACTOR: asked, KAFKA_BROKERS: addresses }: CopiesConfig,
): Promise<number> {
  if (asked !== null) return asked;
  if (addresses.length > 1 || (await findBrokers(admin)).length > 1) return DEFAULT_COPIES;
  return new Set(idsOf(await admin.fetchTopicMetadata())).size > 1 ? DEFAULT_COPIES : 1;
}

/** An error that an operator must resolve by a decision or by granting a permission. The message says which. */
export class Refusal extends Error {
  override name = "Refusal";
}

/** Receives lines for the operator. */
export type Say = (line: string) => void;

export type CopiesConfig = { KAFKA_REPLICATION_FACTOR: number | null; KAFKA_BROKERS: string[] };

/** Throws a Refusal if fewer brokers are up than copies are wanted. */
export async function demandBrokers(admin: Admin, copies: number): Promise<void> {
  const { length } = await findBrokers(admin);
  if (length < copies)
    throw new Refusal(
      `${length} of the brokers are up, but each record must have ${copies} copies: start the other brokers, ` +
        `or set KAFKA_REPLICATION_FACTOR to accept fewer copies`,
    );
}

const hasFewer =
  (copies: number) =>
  ({ replicas }: PartitionMetadata): boolean =>
    replicas.length < copies;

const isBehind = ({ replicas, isr }: PartitionMetadata): boolean => isr.length < replicas.length;

/** Describes the copies that are missing, unavailable or behind. The topics must exist. */
export async function findCopyFaults(
  admin: Admin,
  topics: readonly string[],
  copies: number,
): Promise<string[]> {
  if (topics.length === 0) return [];
  const found = (await admin.fetchTopicMetadata({ topics: [...topics] })).topics;
  return found.flatMap((topic) => [...faultOfCount(topic, copies), ...faultOfState(topic)]);
}

function faultOfCount({ name, partitions }: ITopicMetadata, copies: number): string[] {
  const fewest = Math.min(...partitions.map(({ replicas }) => replicas.length));
  return fewest < copies ? [`topic ${name} has ${fewest} of ${copies} copies`] : [];
}

function faultOfState({ name, partitions }: ITopicMetadata): string[] {
  const behind = partitions.filter(isBehind);
  if (behind.length === 0) return [];
  const brokers = new Set(behind.flatMap(({ replicas, isr }) => replicas.filter((id) => !isr.includes(id))));
  const which = [...brokers].toSorted((one, other) => one - other).join(", ");
  return [
    `topic ${name}: ${behind.length} of ${partitions.length} partitions have a copy that is unavailable or behind, ` +
      `on broker ${which}`,
  ];
}

/**
 * Raises the number of copies of each partition of the topics, which must exist, and waits until the copies are in
 * sync. Existing copies stay where they are. Returns the topics that had fewer copies. Throws if fewer brokers are up
 * than copies, and if no copy is completed for ten minutes.
 */
export async function raiseCopies(
  admin: Admin,
  { topics, copies, say }: { topics: readonly string[]; copies: number; say: Say },
): Promise<string[]> {
  const { topics: found } = await admin.fetchTopicMetadata({ topics: [...topics] });
  const fewer = found.filter(({ partitions }) => partitions.some(hasFewer(copies)));
  if (fewer.length === 0) return [];
  await demandBrokers(admin, copies);
  const assign = createAssign(await findBrokers(admin), idsOf({ topics: found }), copies);
  const reassigned = fewer.map(({ name, partitions }) => ({
    topic: name,
    partitionAssignment: partitions.filter(hasFewer(copies)).map(({ partitionId, replicas }) => ({
      partition: partitionId,
      replicas: assign(replicas),
    })),
  }));
  await admin.alterPartitionReassignments({ topics: reassigned }).catch((cause) => {
    throw new Refusal(
      "the brokers refuse to add copies: grant the permission Alter on the cluster, or add the copies with kafka-reassign-partitions",
      { cause },
    );
  });
  const names = fewer.map(({ name }) => name);
  await untilInSync(admin, { topics: names, copies, say });
  return names;
}

/** Returns a function that adds, to the brokers of a partition, the brokers that hold the fewest copies. */
function createAssign(brokers: readonly number[], held: readonly number[], copies: number) {
  const counts = new Map(brokers.map((broker) => [broker, held.filter((each) => each === broker).length]));
  return (replicas: readonly number[]): number[] => {
    const others = brokers.filter((broker) => !replicas.includes(broker));
    const added = others
      .toSorted((one, other) => counts.get(one)! - counts.get(other)!)
      .slice(0, copies - replicas.length);
    for (const broker of added) counts.set(broker, counts.get(broker)! + 1);
    return [...replicas, ...added];
  };
}

async function untilInSync(
  admin: Admin,
  { topics, copies, say }: { topics: string[]; copies: number; say: Say },
): Promise<void> {
  let [last, saidAt, movedAt] = [-1, Number.NEGATIVE_INFINITY, Date.now()];
  for (;;) {
    const found = (await admin.fetchTopicMetadata({ topics })).topics.flatMap(({ partitions }) => partitions);
    const done = found.filter((each) => !hasFewer(copies)(each) && !isBehind(each)).length;
    if (done > last) movedAt = Date.now();
    last = done;
    if (done === found.length || Date.now() - saidAt > SAY_MS) {
      say(`copies: ${done} of ${found.length} partitions have ${copies}`);
      saidAt = Date.now();
    }
    if (done === found.length) return;
    if (Date.now() - movedAt > GIVE_UP_MS)
      throw new Refusal(
        "no copy was completed for ten minutes; the brokers continue: check again with `topics --check`",
      );
    await sleep(LOOK_MS);
  }
}
