import { once } from "node:events";
import { createRequire } from "node:module";
import { type AddressInfo, connect, createServer, Socket } from "node:net";
import { expect, test } from "@jest/globals";
import "./kafkajs-connections.ts";

type Connection = { connect(): Promise<unknown>; disconnect(): Promise<unknown>; isConnected(): boolean };
const load = createRequire(import.meta.url);
const KafkaJsConnection = load("kafkajs/src/network/connection") as new (options: object) => Connection;

type SocketFactory = (options: { onConnect: () => void }) => Socket;

function openConnection(port: number, socketFactory: SocketFactory): Connection {
  const nothing = () => {};
  const logger = { namespace: () => ({ debug: nothing, error: nothing }) };
  return new KafkaJsConnection({ host: "127.0.0.1", port, connectionTimeout: 20, logger, socketFactory });
}

test("a connection that is closed repeatedly adds no listeners to its socket", async () => {
  const socket = new Socket();
  const connection = openConnection(1, () => socket);
  await expect(connection.connect()).rejects.toThrow("Connection timeout");
  const before = socket.listenerCount("connect");
  for (let count = 0; count < 12; count += 1) await connection.disconnect();
  expect(socket.listenerCount("connect")).toBe(before);
});

test("a connection that is closed while it connects does not become connected later", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const connection = openConnection(port, (options) => connect(port, "127.0.0.1", options.onConnect));
  const connected = expect(connection.connect()).rejects.toThrow("Connection timeout");
  await connection.disconnect();
  server.close();
  await connected;
  expect(connection.isConnected()).toBe(false);
});
