import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { answers, withAdmin } from "../providers/answers.ts";
import { ensureReplicaSet } from "../providers/replica-set.ts";
import type { Plan } from "./part.ts";
import type { Workspace } from "./workspace.ts";

export type MongodbNode = {
  /** The name of its data and log. */
  name: string;
  mongod: string;
  port: number;
  /** Added to its command line. */
  args?: readonly string[] | undefined;
};

/** Plans a replica set of one member, because transactions need a replica set. */
export async function planMongodb(workspace: Workspace, node: MongodbNode): Promise<Plan> {
  const uri = directUri(node.port);
  return {
    ...(await planMember(workspace, node)),
    serves: async () => {
      await ensureReplicaSet(uri, [`127.0.0.1:${node.port}`]).catch(() => {});
      return answers.mongodb(uri);
    },
  };
}

/** Plans a member of a replica set. It serves once it is primary or secondary; the set is created elsewhere. */
export async function planMember(
  workspace: Workspace,
  { name, mongod, port, args = [] }: MongodbNode,
): Promise<Plan> {
  const data = join(workspace.dir, "data", name);
  await mkdir(data, { recursive: true });
  return {
    spec: {
      ...workspace.processOf(name),
      command: mongod,
      args: [...SETTINGS, ...args, "--port", `${port}`, "--dbpath", data],
    },
    serves: () => isMember(directUri(port)),
    clear: async () => {
      await rm(data, { recursive: true, force: true });
      await mkdir(data);
    },
  };
}

/** Returns a URI that reaches only this member, for any name of its set. */
export const directUri = (port: number) => `mongodb://127.0.0.1:${port}/?directConnection=true`;

async function isMember(uri: string): Promise<boolean> {
  const hello = await withAdmin(uri, (command) => command({ hello: 1 })).catch(() => null);
  return hello?.isWritablePrimary === true || hello?.secondary === true;
}

/** The smallest cache that MongoDB accepts. The tests' data fit in it. */
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
