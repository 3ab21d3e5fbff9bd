import { runIngest } from "@teravoz/ingest";
import { pass, watched } from "./failpoints.ts";

/** An ingest that can be made to die when the broker has the event and the vendor has no answer yet. */
await runIngest({
  publisher: (publisher) =>
    watched(publisher, {
      after: (method) => method === "publish" && pass("after the send, before the answer"),
    }),
});
