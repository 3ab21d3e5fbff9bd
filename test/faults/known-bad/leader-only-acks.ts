import { runIngest } from "@teravoz/ingest";
import { openPlainProducer } from "./plain-producer.ts";

/** The leader's acknowledgement alone counts. */
const LEADER_ONLY = 1;

await runIngest({ publisher: await openPlainProducer({ acks: LEADER_ONLY, retries: 5 }) });
