import { readFileSync } from "node:fs";
import { hostname } from "node:os";

/** Which process this is: the service, the instance of it, and the release it runs. */
export type Self = { service: string; instance: string; version: string };

const RELEASE = new URL("../../../package.json", import.meta.url);

/** A container that is started again keeps its name, and takes the place of the one that died. */
export const createSelf = (service: string): Self => ({
  service,
  instance: `${hostname()}-${process.pid}`,
  version: JSON.parse(readFileSync(RELEASE, "utf8")).version,
});
