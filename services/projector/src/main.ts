import { runProjector } from "./run.ts";

await runProjector();
