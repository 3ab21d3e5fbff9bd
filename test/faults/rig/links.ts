import type { Addresses, Kind } from "@teravoz/stack";
import { openProxy, type TcpProxy } from "../../support/stack/tcp-proxy.ts";

/** The links of each process to the broker and to MongoDB, each through a separate proxy. */
export type Links = {
  addresses: Addresses;
  /** Returns the settings of a service that name its proxies instead of the true addresses. */
  envOf(service: string): NodeJS.ProcessEnv;
  find(service: string, part: LinkedPart): TcpProxy;
  close(): Promise<void>;
};

export type LinkedPart = "kafka" | "mongodb";

export async function openLinks(addresses: Addresses, counts: Record<Kind, number>): Promise<Links> {
  const names = (Object.keys(counts) as Kind[]).flatMap((kind) =>
    Array.from({ length: counts[kind] }, (_, n) => `${kind}-${n + 1}`),
  );
  const kafka = await openAll(names, placeOf(`kafka://${addresses.kafka}`), { kafka: true });
  const mongodb = await openAll(names, placeOf(addresses.mongodb), {});
  const links = { kafka, mongodb };
  return {
    addresses,
    envOf: (service) => ({
      KAFKA_BROKERS: `127.0.0.1:${kafka.get(service)!.port}`,
      MONGODB_URI: withPort(addresses.mongodb, mongodb.get(service)!.port),
    }),
    find: (service, part) => links[part].get(service)!,
    close: async () => {
      await Promise.all([...kafka.values(), ...mongodb.values()].map((proxy) => proxy.close()));
    },
  };
}

/** Links without proxies: every process has the true addresses. */
export const directLinks = (addresses: Addresses): Links => ({
  addresses,
  envOf: () => ({}),
  find: (service) => {
    throw new Error(`${service} has no proxy: its links are direct`);
  },
  close: async () => {},
});

async function openAll(
  names: string[],
  target: { host: string; port: number },
  options: { kafka?: boolean },
) {
  const opened = names.map(async (name) => [name, await openProxy(target, options)] as const);
  return new Map(await Promise.all(opened));
}

function placeOf(address: string) {
  const { hostname, port } = new URL(address);
  return { host: hostname, port: Number(port) };
}

function withPort(uri: string, port: number): string {
  const url = new URL(uri);
  url.host = `127.0.0.1:${port}`;
  return url.href;
}
