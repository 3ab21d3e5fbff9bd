import { setTimeout as sleep } from "node:timers/promises";
import type { CallStore } from "@teravoz/domain";
import { runProjector } from "@teravoz/projector";

/** The delay from the position to its events: as long as a busy database may take. */
const LATE_MS = 300;

/** Moves the position and lets Kafka's offset follow, and only then stores the events. */
function positionFirst(store: CallStore): CallStore["apply"] {
  return async (batch, fold) => {
    const moved = await store.apply({ ...batch, events: [], erasures: [] }, fold);
    // a separate partition, because the position has moved and must not fence these events
    const elsewhere = {
      topic: `late:${batch.topic}`,
      partition: Math.floor(Math.random() * 2 ** 40),
      expected: null,
    };
    if (!moved.fenced)
      void sleep(LATE_MS)
        .then(() => store.apply({ ...batch, ...elsewhere }, fold))
        .catch(() => {});
    return moved;
  };
}

await runProjector({ store: (store) => ({ ...store, apply: positionFirst(store) }) });
