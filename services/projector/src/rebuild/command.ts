import { runRebuild } from "./run.ts";

await runRebuild();
