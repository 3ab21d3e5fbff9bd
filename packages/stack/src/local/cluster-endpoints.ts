import type { ClusterOptions, Listener, NodeName } from "../cluster.ts";
import { type Say, sayLine } from "../stack.ts";
import { choosePorts, freePorts } from "../tcp-ports.ts";
import type { Endpoint, KafkaNode } from "./kafka-settings.ts";

export const NUMBERS = [1, 2, 3] as const;

export type ClusterEndpoints = {
  kafka: KafkaNode[];
  mongodb: (Endpoint & { name: NodeName })[];
  registry: number;
};

/** Brokers have the ids 1 to 3, separate controllers 101 to 103. */
const CONTROLLERS_FROM = 100;

/** Chooses the nodes of a cluster and the ports of their listeners. */
export async function chooseEndpoints(options: ClusterOptions): Promise<ClusterEndpoints> {
  const { separateControllers = false } = options;
  const ports = await choosePortsOf(namesOf(separateControllers), options);
  const endpoint = async (node: NodeName, listener: Listener): Promise<Endpoint> => {
    const port = ports[`${node} ${listener}`]!;
    return { port, advertised: (await options.advertise?.(node, listener, port)) ?? port };
  };
  const broker = async (n: number): Promise<KafkaNode> => {
    const name = `kafka-${n}` as const;
    const [client, broker] = [await endpoint(name, "client"), await endpoint(name, "broker")];
    const endpoints = { client, broker };
    if (separateControllers) return { name, id: n, endpoints };
    return { name, id: n, endpoints: { ...endpoints, controller: await endpoint(name, "controller") } };
  };
  const controller = async (n: number): Promise<KafkaNode> => {
    const name = `controller-${n}` as const;
    return { name, id: CONTROLLERS_FROM + n, endpoints: { controller: await endpoint(name, "controller") } };
  };
  const member = async (n: number) => {
    const name = `mongodb-${n}` as const;
    return { name, ...(await endpoint(name, "member")) };
  };
  const controllers = separateControllers ? NUMBERS.map(controller) : [];
  return {
    kafka: await Promise.all([...controllers, ...NUMBERS.map(broker)]),
    mongodb: await Promise.all(NUMBERS.map(member)),
    registry: ports.registry!,
  };
}

type Ports = Partial<Record<string, number>>;

/** Returns the names of all ports: those with a default port, which is used if it is free, and the others. */
function namesOf(separateControllers: boolean) {
  const each = <T>(make: (n: number) => T) => NUMBERS.map(make);
  return {
    usual: Object.fromEntries([
      ...each((n) => [`kafka-${n} client`, 9_091 + n] as const),
      ...each((n) => [`mongodb-${n} member`, 27_016 + n] as const),
      ["registry", 8_081] as const,
    ]),
    others: [
      ...each((n) => `kafka-${n} broker`),
      ...each((n) => `${separateControllers ? "controller" : "kafka"}-${n} controller`),
    ],
  };
}

async function choosePortsOf(
  { usual, others }: ReturnType<typeof namesOf>,
  { ports, say = sayLine }: { ports: ClusterOptions["ports"]; say?: Say },
): Promise<Ports> {
  const chosen = ports === "default" ? await choosePorts(usual, say) : {};
  const free = ports === "default" ? others : [...Object.keys(usual), ...others];
  const found = await freePorts(free.length);
  return { ...chosen, ...Object.fromEntries(free.map((name, index) => [name, found[index]])) };
}
