import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { answers } from "../providers/answers.ts";
import { ensureReplicaSet } from "../providers/replica-set.ts";
import type { Plan } from "./part.ts";
import type { Place } from "./place.ts";

export type MongodbPlace = Place & { mongod: string };

/** A replica set of one, for transactions need a set. */
export async function planMongodb({ mongod, dir, port, processOf }: MongodbPlace): Promise<Plan> {
  const data = join(dir, "data", "mongodb");
  await mkdir(data, { recursive: true });
  const uri = `mongodb://127.0.0.1:${port}/?directConnection=true`;
  return {
    spec: {
      ...processOf("mongodb"),
      command: mongod,
      args: [...SETTINGS, "--port", `${port}`, "--dbpath", data],
    },
    serves: async () => {
      await ensureReplicaSet(uri, `127.0.0.1:${port}`).catch(() => {});
      return answers.mongodb(uri);
    },
  };
}

/** The least cache it takes; the tests' data fit in it. */
const CACHE_GB = "0.25";
const SETTINGS = [
  "--bind_ip",
  "127.0.0.1",
  "--nounixsocket",
  "--replSet",
  "rs0",
  "--wiredTigerCacheSizeGB",
  CACHE_GB,
];
