import type { Addresses, Part, Ports } from "./stack.ts";

export const PARTS: readonly Part[] = ["kafka", "registry", "mongodb"];

/** The addresses of parts of ours; MongoDB's is direct, for its set names its member as the server sees itself. */
export const addressesAt = (ports: Ports): Addresses => ({
  kafka: `127.0.0.1:${ports.kafka}`,
  registry: `http://127.0.0.1:${ports.registry}/apis/ccompat/v7`,
  mongodb: `mongodb://127.0.0.1:${ports.mongodb}/teravoz?directConnection=true`,
});
