import type { CallStore } from "@teravoz/domain";
import type { Park } from "@teravoz/kafka";
import type { Log } from "@teravoz/runtime";

type Deps = {
  store: Pick<CallStore, "storedPosition" | "hasDeadLetter">;
  log: Log;
};

/**
 * Parks a record unless it was parked before, because a partition that was reset to its beginning brings its records
 * again. A record was parked before if it was read before and its dead letter is stored.
 */
export const parkOnce =
  ({ store, log }: Deps, park: Park): Park =>
  async (record, batch, error) => {
    const { topic, partition } = batch;
    const { seenUntil } = await store.storedPosition(topic, partition);
    const wasSeen = seenUntil !== null && record.timestamp <= seenUntil;
    if (!wasSeen || !(await store.hasDeadLetter(record.value ?? new Uint8Array())))
      return park(record, batch, error);
    log.info(
      { topic, partition, offset: record.offset },
      "the record was parked before and is not parked again",
    );
  };
