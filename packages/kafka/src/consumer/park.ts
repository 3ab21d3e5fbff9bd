import { Unavailable } from "@teravoz/domain";
import type { BatchOutcome, ConsumedBatch, ConsumedRecord, HandleBatch } from "./batch.ts";

/** Moves a record to dead-letters permanently. Must not resolve before the record is acknowledged there. */
export type Park = (record: ConsumedRecord, batch: ConsumedBatch, error: unknown) => Promise<void>;

/**
 * Wraps a handler so that broken records do not block it. A batch that fails with a permanent error is halved until the
 * broken record is alone. That record is parked, and the position moves past it. A temporary error (Unavailable) is
 * rethrown.
 */
export function parkBroken(handle: HandleBatch, park: Park): HandleBatch {
  const run = async (batch: ConsumedBatch): Promise<BatchOutcome> => {
    try {
      return await handle(batch);
    } catch (error) {
      if (error instanceof Unavailable || batch.records.length === 0) throw error;
      if (batch.records.length > 1) return runHalves(batch, run);
      await park(batch.records[0]!, batch, error);
      return run({ ...batch, records: [] });
    }
  };
  return run;
}

/** Handles a batch of several records in two halves, one after the other. */
export async function runHalves(batch: ConsumedBatch, run: HandleBatch): Promise<BatchOutcome> {
  const middle = Math.ceil(batch.records.length / 2);
  const between = batch.records[middle]!.offset;
  const outcome = await run({ ...batch, records: batch.records.slice(0, middle), next: between });
  if (outcome !== "done") return outcome;
  return run({ ...batch, expected: between, records: batch.records.slice(middle), stored: [] });
}
