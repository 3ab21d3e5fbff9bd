import { expect, test } from "@jest/globals";
import { chooseEndpoints } from "./cluster-endpoints.ts";

test("every listener of a cluster has a separate port, and advertises the proxy's port if there is one", async () => {
  const asked: string[] = [];
  const { kafka, mongodb, registry } = await chooseEndpoints({
    dir: "unused",
    ports: "free",
    advertise: (node, listener, port) => {
      asked.push(`${node} ${listener}`);
      return node === "kafka-2" && listener === "broker" ? 1 : port;
    },
  });
  const ofBrokers = kafka.flatMap(({ endpoints }) => Object.values(endpoints));
  const endpoints = [...ofBrokers, ...mongodb].filter((endpoint) => endpoint !== undefined);
  expect(new Set([...endpoints.map(({ port }) => port), registry]).size).toBe(13);
  expect(asked.toSorted()).toEqual(
    [1, 2, 3]
      .flatMap((n) => [
        `kafka-${n} broker`,
        `kafka-${n} client`,
        `kafka-${n} controller`,
        `mongodb-${n} member`,
      ])
      .toSorted(),
  );
  expect(endpoints.filter(({ port, advertised }) => port !== advertised)).toEqual([
    { port: kafka[1]?.endpoints.broker?.port, advertised: 1 },
  ]);
});

test("separate controllers take over the brokers' controller listeners", async () => {
  const { kafka } = await chooseEndpoints({ dir: "unused", ports: "free", separateControllers: true });
  expect(kafka.map(({ name, id, endpoints }) => [name, id, ...Object.keys(endpoints)])).toEqual([
    ...[1, 2, 3].map((n) => [`controller-${n}`, 100 + n, "controller"]),
    ...[1, 2, 3].map((n) => [`kafka-${n}`, n, "client", "broker"]),
  ]);
});
