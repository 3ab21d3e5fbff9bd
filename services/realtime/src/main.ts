import { runRealtime } from "./run.ts";

await runRealtime();
