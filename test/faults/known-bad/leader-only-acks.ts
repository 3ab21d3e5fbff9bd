import { runIngest } from "@teravoz/ingest";
import { openPlainProducer } from "./plain-producer.ts";

/** Only the leader must acknowledge. */
const LEADER_ONLY = 1;

await runIngest({ publisher: await openPlainProducer({ acks: LEADER_ONLY, retries: 5 }) });
