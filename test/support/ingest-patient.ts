import { runIngest } from "@teravoz/ingest";

/** Ingest whose publisher refuses what has waited for longer than a test takes; the deadline of a deployment where none is set. */
const deadlineMs = process.env.DEADLINE_MS;

await runIngest(deadlineMs === undefined ? {} : { publisherLimits: { deadlineMs: Number(deadlineMs) } });
