import { withAdmin } from "./answers.ts";

/**
 * Makes servers the members of a replica set under the addresses `hosts`, through the server at `uri`. Resolves with
 * true if anything had to change. A set that was created at other ports gets the new ones. Otherwise the servers would
 * not recognize themselves as its members.
 */
export async function ensureReplicaSet(uri: string, hosts: readonly string[]): Promise<boolean> {
  return withAdmin(uri, async (command) => {
    const hello = await command({ hello: 1 });
    if (hello.setName !== undefined) return false;
    const members = hosts.map((host, _id) => ({ _id, host }));
    const config = await command({ replSetGetConfig: 1 }).catch(() => null);
    if (config) await command({ replSetReconfig: moved(config.config as Config, hosts), force: true });
    else await command({ replSetInitiate: { _id: "rs0", members } });
    return true;
  });
}

type Config = { version: number; members: { host: string }[] };

const moved = (config: Config, hosts: readonly string[]): Config => ({
  ...config,
  version: config.version + 1,
  members: config.members.map((member, index) => ({ ...member, host: hosts[index] ?? member.host })),
});
