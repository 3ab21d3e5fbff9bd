import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { type KafkaNode, kafkaSettings, sameForAll } from "./kafka-settings.ts";

const root = join(import.meta.dirname, "..", "..", "..", "..");

/** A node that is broker and controller, or only one of them. */
function node(id: number, roles: ("broker" | "controller")[] = ["broker", "controller"]): KafkaNode {
  const [client, broker, controller] = [10, 20, 30].map((base) => sameForAll(base + id));
  const ofBroker = roles.includes("broker") ? { client, broker } : {};
  const ofController = roles.includes("controller") ? { controller } : {};
  return { name: `node-${id}`, id, endpoints: { ...ofBroker, ...ofController } };
}

const properties = (text: string) =>
  Object.fromEntries(text.split("\n").map((line) => /^([\w.]+)=(.*)$/.exec(line)?.slice(1) ?? []));
const settingsOf = (it: KafkaNode, nodes: KafkaNode[], settings = {}) =>
  properties(kafkaSettings(it, { nodes, settings, data: "/data" }));

test("three brokers keep three copies, two of which must acknowledge; one broker keeps one", () => {
  const three = [node(1), node(2), node(3)];
  expect(settingsOf(node(1), three)).toMatchObject({
    "default.replication.factor": "3",
    "min.insync.replicas": "2",
    "offsets.topic.replication.factor": "3",
    "transaction.state.log.min.isr": "2",
    "unclean.leader.election.enable": "false",
  });
  expect(settingsOf(node(1), [node(1)])).toMatchObject({
    "default.replication.factor": "1",
    "min.insync.replicas": "1",
    "offsets.topic.replication.factor": "1",
  });
});

test("a proxy in front of a listener is advertised to all, and the node binds its own port", () => {
  const behind: KafkaNode = {
    ...node(1),
    endpoints: {
      client: { port: 11, advertised: 511 },
      broker: { port: 21, advertised: 521 },
      controller: { port: 31, advertised: 531 },
    },
  };
  const nodes = [behind, node(2), node(3)];
  expect(settingsOf(behind, nodes)).toMatchObject({
    listeners: "CLIENT://127.0.0.1:11,BROKER://127.0.0.1:21,CONTROLLER://127.0.0.1:31",
    "advertised.listeners": "CLIENT://127.0.0.1:511,BROKER://127.0.0.1:521,CONTROLLER://127.0.0.1:531",
  });
  expect(settingsOf(node(2), nodes)["controller.quorum.voters"]).toBe(
    "1@127.0.0.1:531,2@127.0.0.1:32,3@127.0.0.1:33",
  );
});

test("separate controllers vote and serve no clients, and their brokers do not vote", () => {
  const nodes = [node(101, ["controller"]), node(1, ["broker"]), node(2, ["broker"]), node(3, ["broker"])];
  expect(settingsOf(nodes[0]!, nodes)).toMatchObject({
    "process.roles": "controller",
    listeners: "CONTROLLER://127.0.0.1:131",
    "min.insync.replicas": "2",
  });
  expect(settingsOf(nodes[1]!, nodes)).toMatchObject({
    "process.roles": "broker",
    listeners: "CLIENT://127.0.0.1:11,BROKER://127.0.0.1:21",
    "controller.quorum.voters": "101@127.0.0.1:131",
  });
});

test("a given setting overrides the default", () => {
  const settings = { "unclean.leader.election.enable": true };
  expect(settingsOf(node(1), [node(1)], settings)["unclean.leader.election.enable"]).toBe("true");
});

test.each([
  ["kafka.env", [node(1)]],
  ["kafka-cluster.env", [node(1), node(2), node(3)]],
])("brokers of compose with %s keep the copies and sessions of the local ones", (file, nodes) => {
  const local = settingsOf(nodes[0]!, nodes);
  const compose = ["docker-compose.yml", `packages/stack/compose/${file}`]
    .map((path) => readFileSync(join(root, path), "utf8"))
    .join("\n");
  for (const [name, value] of Object.entries(local).filter(([name]) => SHARED.test(name))) {
    const variable = `KAFKA_${name.toUpperCase().replaceAll(".", "_")}`;
    expect(compose).toMatch(new RegExp(`${variable}(: |=)"?${value}"?$`, "m"));
  }
});

/** The settings that do not depend on the machine. */
const SHARED =
  /^broker\.|replication\.factor$|min\.isr$|^min\.insync|^unclean|^auto\.create|^offsets\.retention/;
