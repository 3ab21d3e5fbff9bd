import { runProjector } from "@teravoz/projector";
import { dieAfterCommit, pass, passSoon, watched } from "./failpoints.ts";

/** The projector that can be made to die in the middle of a batch. */
await runProjector({
  store: (store) =>
    watched(dieAfterCommit(store), {
      before: (method) => method === "apply" && passSoon("in the transaction"),
    }),
  publisher: (publisher) =>
    watched(publisher, {
      after: (method, [record]) => {
        const { topic } = (record ?? {}) as { topic?: string };
        if (method === "publish" && topic?.endsWith("call-changes"))
          pass("after the notice, before Kafka's commit");
      },
    }),
});
