import { setTimeout as sleep } from "node:timers/promises";
import type { Change } from "@teravoz/domain";
import { createClient, createCodec, createPublisher, topicNames } from "@teravoz/kafka";
import {
  type Config,
  createMetrics,
  type kafkaSettings,
  type Log,
  type registrySettings,
} from "@teravoz/runtime";
import { notifyChanges } from "../notices.ts";

/** An error that the operator can correct. Only its message is shown. */
export class CannotRebuild extends Error {
  override name = "CannotRebuild";
}

/** The time after which a missing dependency is reported. */
const START_LIMIT_MS = 15_000;

/**
 * Opens the parts that notices need. Rejects if Kafka or the registry does not answer, so that no change is stored
 * without a way to notify it.
 */
export async function openNotices(config: Config<typeof kafkaSettings & typeof registrySettings>, log: Log) {
  const topics = topicNames(config.TOPIC_PREFIX);
  const metrics = createMetrics();
  const client = createClient({ config, clientId: "teravoz-rebuild", log });
  const codec = createCodec({ config, topics, client, log });
  const publisher = createPublisher({ client, log, metrics });
  const outlets = { codec, publisher, topics, log, metrics, now: () => new Date() };
  void codec.ready();
  await untilReady(
    codec.check,
    "the schemas are not found: check SCHEMA_REGISTRY_URL, and run `topics` first",
  );
  await untilReady(publisher.check, "Kafka does not answer: check that it runs, and check KAFKA_BROKERS");
  return {
    notify: (changes: readonly Change[]) => notifyChanges(outlets, changes),
    stop: () => publisher.stop(),
  };
}

async function untilReady(check: () => { ok: boolean }, fault: string): Promise<void> {
  for (const giveUpAt = Date.now() + START_LIMIT_MS; !check().ok; await sleep(50))
    if (Date.now() > giveUpAt) throw new CannotRebuild(fault);
}
