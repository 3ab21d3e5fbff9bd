import type { Applied } from "@teravoz/domain";
import { runProjector } from "@teravoz/projector";
import { pass, passSoon, watched } from "./failpoints.ts";

/** The projector that can be made to die in the middle of a batch. */
await runProjector({
  store: (store) =>
    watched(store, {
      before: (method) => method === "apply" && passSoon("in the transaction"),
      after: (method, _args, result) => {
        if (method === "apply" && !(result as Applied).fenced) pass("after the commit, before the notice");
      },
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
