export { createWebhookRouter, type IngestPorts } from "./app.ts";
export { MAX_BODY_BYTES } from "./body.ts";
export { settings } from "./config.ts";
export { createOutlet } from "./outlet.ts";
export { runIngest, type Seams } from "./run.ts";
