import { runIngest } from "@teravoz/ingest";

/** How often this ingest looks for spools of ended processes, in ms. */
const adoptMs = Number(process.env.SPOOL_ADOPT_MS);

await runIngest({ spoolLimits: { adoptMs } });
