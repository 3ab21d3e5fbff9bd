import { runIngest } from "./run.ts";

await runIngest();
