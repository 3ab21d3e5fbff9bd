import { createRequire } from "node:module";
import { Socket } from "node:net";
import { expect, test } from "@jest/globals";
import "./kafkajs-connections.ts";

type Connection = { connect(): Promise<unknown>; disconnect(): Promise<unknown> };
const load = createRequire(import.meta.url);
const KafkaJsConnection = load("kafkajs/src/network/connection") as new (options: object) => Connection;

test("a connection that is closed again and again gathers no listeners on its socket", async () => {
  const socket = new Socket();
  const nothing = () => {};
  const log = { debug: nothing, error: nothing };
  const connection = new KafkaJsConnection({
    ...{ host: "127.0.0.1", port: 1, connectionTimeout: 1, logger: { namespace: () => log } },
    socketFactory: () => socket,
  });
  await expect(connection.connect()).rejects.toThrow("Connection timeout");
  const before = socket.listenerCount("connect");
  for (let count = 0; count < 12; count += 1) await connection.disconnect();
  expect(socket.listenerCount("connect")).toBe(before);
});
