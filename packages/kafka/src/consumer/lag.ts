import type { Log, Metrics } from "@teravoz/runtime";
import type { Batch, KafkaMessage } from "kafkajs";
import { PARTITIONS } from "../topics/topics.ts";
import type { ConsumedBatch } from "./batch.ts";

type Watched = { metrics: Metrics; log: Log; topics: readonly string[] };

/**
 * Counts the offsets that are missing between the position and the last record. They were compacted or deleted before
 * they were read.
 */
export function countGap(
  { metrics, log }: Watched,
  {
    topic,
    partition,
    expected,
    records,
  }: Pick<ConsumedBatch, "topic" | "partition" | "records"> & { expected: number },
): void {
  const last = records.at(-1);
  const gap = last ? last.offset + 1 - expected - records.length : 0;
  if (gap === 0) return;
  metrics.gaps.inc({ topic }, gap);
  log.error({ topic, partition, expected, offset: last!.offset, gap }, "offsets are missing in the log");
}

/**
 * Sets the lag of a partition whose next record is `next`. The age of that record grows for as long as it waits. If the
 * record is not in the batch, the age of the last record is shown and does not grow, because compaction may have
 * removed the end of the log.
 */
export function observeLag(
  { metrics }: Pick<Watched, "metrics">,
  { topic, partition, highWatermark, messages }: Batch,
  next: number,
): void {
  const place = { topic, partition };
  const lag = Math.max(0, Number(highWatermark) - next);
  metrics.lagRecords.set(place, lag);
  const waiting = messages.find(({ offset }) => Number(offset) >= next);
  if (waiting) metrics.lagSeconds.since(place, Number(waiting.timestamp));
  else metrics.lagSeconds.set(place, lag === 0 ? 0 : ageOf(messages.at(-1)!));
}

const ageOf = ({ timestamp }: KafkaMessage) => Math.max(0, (Date.now() - Number(timestamp)) / 1_000);

/**
 * Removes the lag of every partition of these topics, before the partitions of a new assignment are shown. Other
 * consumers of the process have other topics.
 */
export function forgetLag({ metrics, topics }: Pick<Watched, "metrics" | "topics">): void {
  for (const topic of topics) {
    for (let partition = 0; partition < PARTITIONS; partition += 1) {
      metrics.lagRecords.remove({ topic, partition });
      metrics.lagSeconds.remove({ topic, partition });
    }
  }
}
