import { findParties, foldCall } from "@teravoz/domain";
import { consumeEvents } from "@teravoz/projector";
import { createMetrics } from "@teravoz/runtime";
import { skipEarlierTests, type TestTopics } from "../stack/kafka.ts";
import { dropDatabase, openStore } from "../stack/store.ts";

type Options = { codec?: TestTopics["codec"]; uri?: string; installation?: string };

/**
 * Starts a projector on the topics of a test, with a new database that ends with the topics, or with the one
 * of `uri`.
 */
export async function startProjector(
  opened: TestTopics,
  { codec = opened.codec, uri, installation }: Options = {},
) {
  const { client, log, prefix, topics } = opened;
  const metrics = createMetrics();
  const { connection, store } = await openStore(uri);
  if (uri === undefined) await skipEarlierTests(opened, connection.db);
  opened.closing(() => (uri === undefined ? dropDatabase(connection) : connection.close()));
  const crashes: unknown[] = [];
  const consumer = consumeEvents({
    parties: findParties,
    client,
    store,
    codec,
    topics,
    log,
    metrics,
    prefix,
    installation,
    publisher: opened.publisher(),
    fold: foldCall,
    onSuperseded: (revision) => void crashes.push(revision),
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
