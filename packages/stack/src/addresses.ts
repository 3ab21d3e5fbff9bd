import type { Addresses, Part, Ports } from "./stack.ts";

export const PARTS: readonly Part[] = ["kafka", "registry", "mongodb"];

/**
 * Returns the addresses of local parts. MongoDB's is direct, because the replica set knows its member by the server's
 * own address.
 */
export const addressesAt = (ports: Ports): Addresses => ({
  kafka: `127.0.0.1:${ports.kafka}`,
  registry: `http://127.0.0.1:${ports.registry}/apis/ccompat/v7`,
  mongodb: `mongodb://127.0.0.1:${ports.mongodb}/teravoz?directConnection=true`,
});
