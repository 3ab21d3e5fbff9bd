import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** The identity of this process: the service, its instance, and its release. */
export type Self = { service: string; instance: string; version: string };

const RELEASE = new URL("../../../package.json", import.meta.url);

/** Creates the identity of this process. A restarted container keeps its name and replaces the one that died. */
export const createSelf = (service: string): Self => ({
  service,
  instance: `${hostname()}-${process.pid}`,
  version: JSON.parse(readFileSync(RELEASE, "utf8")).version,
});
