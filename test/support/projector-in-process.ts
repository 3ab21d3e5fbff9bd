import { foldCall } from "@teravoz/domain";
import { consumeEvents } from "@teravoz/projector";
import type { TestTopics } from "./kafka.ts";
import { dropDatabase, openStore } from "./store.ts";

/** The projector on the topics of a test, with a database of its own; both end with the topics. */
export async function startProjector(opened: TestTopics, { codec = opened.codec } = {}) {
  const { client, log, metrics, prefix, topics } = opened;
  const { connection, store } = await openStore();
  opened.closing(() => dropDatabase(connection));
  const crashes: unknown[] = [];
  const consumer = consumeEvents({
    ...{ client, store, codec, topics, log, metrics, prefix },
    publisher: opened.publisher(),
    fold: foldCall,
    onSuperseded: (revision) => void crashes.push(revision),
    now: () => new Date(),
    onCrash: (error) => void crashes.push(error),
  });
  opened.closing(consumer.stop);
  return {
    store,
    connection,
    db: connection.db,
    metrics,
    check: consumer.check,
    stop: consumer.stop,
    crashes,
  };
}
