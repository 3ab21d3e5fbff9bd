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

/** Something the person at the terminal can put right: its message is all that is shown. */
export class CannotRebuild extends Error {
  override name = "CannotRebuild";
}

/** After this long the terminal shows that something is away. */
const START_LIMIT_MS = 15_000;

/** Rejects where Kafka or the registry does not answer: nothing is changed that nobody could be notified of. */
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
    "the schemas are not found: is SCHEMA_REGISTRY_URL right, and was `topics` run?",
  );
  await untilReady(publisher.check, "Kafka does not answer: is it up, and KAFKA_BROKERS right?");
  return {
    notify: (changes: readonly Change[]) => notifyChanges(outlets, changes),
    stop: () => publisher.stop(),
  };
}

async function untilReady(check: () => { ok: boolean }, fault: string): Promise<void> {
  for (const giveUpAt = Date.now() + START_LIMIT_MS; !check().ok; await sleep(50))
    if (Date.now() > giveUpAt) throw new CannotRebuild(fault);
}
