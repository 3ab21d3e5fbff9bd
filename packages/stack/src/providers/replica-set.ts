import { withAdmin } from "./answers.ts";

/**
 * Makes a server the only member of its replica set, under the address `host`, and resolves whether anything had to
 * change. A set that was made at another port is given the new one: the server does not find itself in it otherwise.
 */
export async function ensureReplicaSet(uri: string, host: string): Promise<boolean> {
  return withAdmin(uri, async (command) => {
    const hello = await command({ hello: 1 });
    if (hello.setName !== undefined) return false;
    const config = await command({ replSetGetConfig: 1 }).catch(() => null);
    if (config) await command({ replSetReconfig: moved(config.config as Config, host), force: true });
    else await command({ replSetInitiate: { _id: "rs0", members: [{ _id: 0, host }] } });
    return true;
  });
}

type Config = { version: number; members: { host: string }[] };

const moved = (config: Config, host: string): Config => ({
  ...config,
  version: config.version + 1,
  members: config.members.map((member) => ({ ...member, host })),
});
