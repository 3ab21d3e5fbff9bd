import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** The identity of this process: the service, its instance, and its release. */
export type Self = { service: string; instance: string; version: string };

const RELEASE = new URL("../../../package.json", import.meta.url);

/**
 * Creates the identity of this process. A restarted container keeps the name of its instance, so its status replaces
 * the one before the restart.
 */
export const createSelf = (service: string): Self => ({
  service,
  instance: `${hostname()}-${process.pid}`,
  version: JSON.parse(readFileSync(RELEASE, "utf8")).version,
});
