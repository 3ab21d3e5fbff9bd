import { setTimeout as sleep } from "node:timers/promises";
import type { Admin, ITopicMetadata, PartitionMetadata } from "kafkajs";

/** Acknowledged by two of three brokers, a record survives the loss of one. */
const DEFAULT_COPIES = 3;

const LOOK_MS = 500;
const SAY_MS = 10_000;
/** A partition of some gigabytes takes minutes; after this long without one that is done somebody must look. */
const GIVE_UP_MS = 600_000;

const idsOf = ({ topics }: { topics: ITopicMetadata[] }): number[] =>
  topics.flatMap(({ partitions }) => partitions.flatMap(({ replicas }) => replicas));

/** The ids of the brokers that are up. */
async function findBrokers(admin: Admin): Promise<number[]> {
  const { brokers } = await admin.describeCluster();
  return brokers.map(({ nodeId }) => nodeId);
}

/**
 * How many copies each partition must have: as many as are asked for, else 3, or 1 where there is no sign of a second broker. A broker
 * that is away still holds partitions of some topic, or is one of the addresses.
 */
export async function copiesWanted(
  admin: Admin,
  { KAFKA_REPLICATION_FACTOR: asked, KAFKA_BROKERS: addresses }: CopiesConfig,
): Promise<number> {
  if (asked !== null) return asked;
  if (addresses.length > 1 || (await findBrokers(admin)).length > 1) return DEFAULT_COPIES;
  return new Set(idsOf(await admin.fetchTopicMetadata())).size > 1 ? DEFAULT_COPIES : 1;
}

/** The operator must decide or grant something: the message says what. */
export class Refusal extends Error {
  override name = "Refusal";
}

/** Is given lines for the operator. */
export type Say = (line: string) => void;

export type CopiesConfig = { KAFKA_REPLICATION_FACTOR: number | null; KAFKA_BROKERS: string[] };

/** Throws where fewer brokers are up than there are to be copies. */
export async function demandBrokers(admin: Admin, copies: number): Promise<void> {
  const { length } = await findBrokers(admin);
  if (length < copies)
    throw new Refusal(
      `${length} of the brokers are up, and each record is to have ${copies} copies: start the others, ` +
        `or set KAFKA_REPLICATION_FACTOR to accept fewer copies`,
    );
}

const hasFewer =
  (copies: number) =>
  ({ replicas }: PartitionMetadata): boolean =>
    replicas.length < copies;

const isBehind = ({ replicas, isr }: PartitionMetadata): boolean => isr.length < replicas.length;

/** Which copies are missing, away or behind, in words. The topics must be there. */
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
    `topic ${name}: ${behind.length} of ${partitions.length} partitions have a copy that is away or behind, ` +
      `on broker ${which}`,
  ];
}

/**
 * Gives each partition of the topics, which must be there, as many copies, and waits until they are in sync. The copies that there are
 * stay where they are. Answers the topics that had fewer. Throws where fewer brokers are up, and where no copy is done for ten minutes.
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
      "the brokers do not add copies: grant the right Alter on the cluster, or add them by kafka-reassign-partitions",
      { cause },
    );
  });
  const names = fewer.map(({ name }) => name);
  await untilInSync(admin, { topics: names, copies, say });
  return names;
}

/** Adds to the brokers of a partition those that hold the fewest copies. */
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
        "no copy was completed for ten minutes; the brokers go on: look again by `topics --check`",
      );
    await sleep(LOOK_MS);
  }
}
