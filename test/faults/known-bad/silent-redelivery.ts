import type { CallStore } from "@teravoz/domain";
import { runProjector } from "@teravoz/projector";
import { dieAfterCommit } from "../services/failpoints.ts";

/** Assumes that clients were notified of every event that was stored before. */
function silent(store: CallStore): CallStore["apply"] {
  return async (batch, fold) => {
    const applied = await store.apply(batch, fold);
    if (applied.fenced) return applied;
    const added = new Set(applied.added);
    const fresh = new Set(
      batch.events.filter(({ uuid }) => added.has(uuid)).map(({ aggregate_id }) => aggregate_id),
    );
    return { ...applied, changes: applied.changes.filter(({ key }) => fresh.has(key)) };
  };
}

await runProjector({
  store: (store) => dieAfterCommit({ ...store, apply: silent(store), findCalls: async () => [] }),
});
