import { runIngest } from "@teravoz/ingest";

/** Interval in ms at which this ingest looks for spools of ended processes. */
const adoptMs = Number(process.env.SPOOL_ADOPT_MS);

await runIngest({ spoolLimits: { adoptMs } });
