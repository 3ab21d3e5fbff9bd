import { runIngest } from "@teravoz/ingest";
import { openPlainProducer } from "./plain-producer.ts";

/** All copies must acknowledge, but the answer is not read, although it may have an error of the partition. */
const ALL = -1;

await runIngest({ publisher: await openPlainProducer({ acks: ALL, retries: 12 }) });
