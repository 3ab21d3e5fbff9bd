import { runIngest } from "@teravoz/ingest";

/**
 * Deadline of this ingest's publisher in ms, longer than a test takes. Without it the deadline is that of a
 * deployment.
 */
const deadlineMs = process.env.DEADLINE_MS;

await runIngest(deadlineMs === undefined ? {} : { publisherLimits: { deadlineMs: Number(deadlineMs) } });
