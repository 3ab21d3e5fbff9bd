import { readdirSync, readFileSync } from "node:fs";

export type RecordName = "CallEvent" | "AgentEvent" | "CallChange" | "ServiceStatus";

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), "utf8");

/** The schemas that this release writes, as JSON text. */
export const schemas: Readonly<Record<RecordName, string>> = {
  CallEvent: read("./call-event.avsc"),
  AgentEvent: read("./agent-event.avsc"),
  CallChange: read("./call-change.avsc"),
  ServiceStatus: read("./service-status.avsc"),
};

/**
 * Every schema that was ever released. The topics may contain records of them, and releases that write them may run
 * beside this one.
 */
export const releasedSchemas: readonly string[] = readdirSync(new URL("./released/", import.meta.url))
  .filter((name) => name.endsWith(".avsc"))
  .map((name) => read(`./released/${name}`));
