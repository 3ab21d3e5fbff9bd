import type { Batch } from "@teravoz/domain";
import type { OutgoingRecord } from "@teravoz/kafka";
import { runProjector } from "@teravoz/projector";
import { failNotices } from "./failing-notices.ts";
import { dieAfterCommit, pass, passSoon, watched } from "./failpoints.ts";

const hasErasures = (batch: unknown) => ((batch as Batch).erasures?.length ?? 0) > 0;

/** A projector that can be made to die in the middle of a batch, and whose notices can be made to fail. */
await runProjector({
  store: (store) =>
    watched(dieAfterCommit(store), {
      before: (method, [batch]) => {
        if (method !== "apply") return;
        passSoon("in the transaction");
        if (hasErasures(batch)) passSoon("in an erasure, before its commit");
      },
      after: (method, [subject]) => {
        if (method === "apply" && hasErasures(subject)) pass("in an erasure, after its commit");
        if (method === "forget" && Array.isArray(subject) && subject.length > 0)
          pass("in an erasure, after the clearing");
      },
    }),
  publisher: (publisher) =>
    watched(failNotices(publisher), {
      after: (method, [record]) => {
        if (method !== "publish") return;
        const { topic, value } = record as OutgoingRecord;
        if (topic.endsWith("call-changes")) pass("after the notice, before Kafka's commit");
        if (value === null) pass("in an erasure, after a tombstone in answer");
      },
    }),
});
