import { foldCall } from "@teravoz/domain";
import { consumePartitions, parkBroken } from "@teravoz/kafka";
import { createPark, createProjection, notifyChanges } from "@teravoz/projector";
import type { TestTopics } from "./kafka.ts";
import { dropDatabase, openStore } from "./store.ts";

/** The projector on the topics of a test, with a database of its own; both end with the topics. */
export async function startProjector(opened: TestTopics) {
  const { client, codec, log, metrics, prefix, topics } = opened;
  const { connection, store } = await openStore();
  opened.closing(() => dropDatabase(connection));
  const outlets = { codec, publisher: opened.publisher(), topics, log, metrics, now: () => new Date() };
  const park = createPark(outlets);
  const project = createProjection({
    store,
    queries: store,
    codec,
    fold: foldCall,
    park,
    notify: (changes) => notifyChanges(outlets, changes),
    log,
    metrics,
  });
  const crashes: unknown[] = [];
  const consumer = consumePartitions({
    client,
    groupId: `${prefix}projector`,
    topics: [topics.callEvents, topics.agentEvents],
    position: store.position,
    handle: parkBroken(project, park),
    log,
    metrics,
    onCrash: (error) => void crashes.push(error),
  });
  opened.closing(consumer.stop);
  return { store, db: connection.db, metrics, check: consumer.check, crashes };
}
