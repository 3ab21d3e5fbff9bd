import { randomUUID } from "node:crypto";
import type { CallQueries, CallStore, FindParties, Fold } from "@teravoz/domain";
import { consumePartitions, type KafkaClient, type PartitionConsumer, parkBroken } from "@teravoz/kafka";
import { createPark, notifyChanges, type Outlets } from "./notices.ts";
import { parkOnce } from "./park-once.ts";
import { createProjection } from "./project.ts";

type Deps = Outlets & {
  client: KafkaClient;
  store: CallStore & Pick<CallQueries, "findCalls">;
  /** The prefix of the group's name. */
  prefix: string;
  /** The installation that the group must belong to. */
  installation?: string | undefined;
  fold: Fold;
  /** Finds the persons that an event names, in the account's region. */
  parties: FindParties;
  onSuperseded(revision: number): void;
  onCrash(error: unknown): void;
};

/** Projects the events of both topics into the store until it is stopped. Starts in the background. */
export function consumeEvents({
  client,
  store,
  prefix,
  installation,
  fold,
  parties,
  onSuperseded,
  onCrash,
  ...outlets
}: Deps): PartitionConsumer {
  const { codec, publisher, topics, log, metrics } = outlets;
  const park = parkOnce({ store, log }, createPark(outlets));
  const project = createProjection({
    store,
    queries: store,
    codec,
    publisher,
    topics,
    fold,
    onSuperseded,
    park,
    log,
    metrics,
    findParties: parties,
    writer: randomUUID(),
    now: () => new Date(),
    notify: (changes) => notifyChanges(outlets, changes),
  });
  return consumePartitions({
    client,
    log,
    metrics,
    onCrash,
    groupId: `${prefix}projector`,
    topics: [topics.callEvents, topics.agentEvents],
    position: store.position,
    positions: store,
    installation,
    handle: parkBroken(project, park),
  });
}
