export { settings } from "./config.ts";
export { createPark, notifyChanges } from "./notices.ts";
export { createProjection, type ProjectorPorts } from "./project.ts";
