import { createRequire } from "node:module";
import type { Socket } from "node:net";

/*
 * kafkajs 2.2.4 keeps using a connection on which a request was not answered in time. A broker that froze while kafkajs
 * connected to it stays "connected" forever, fails each request ("Broker not connected") and is never replaced by
 * another seed. This patch closes the connection after a timeout and turns the timeout into a connection error, as in
 * Kafka's own client. kafkajs then tries the next seed or another broker.
 */

type Connection = {
  broker: string;
  socket?: Socket;
  send(request: unknown): Promise<unknown>;
  disconnect(): Promise<unknown>;
  rejectRequests(error: Error): void;
};
type ConnectionError = new (message: string, options: { broker: string }) => Error;

const load = createRequire(import.meta.url);
const { prototype } = load("kafkajs/src/network/connection") as { prototype: Connection };
const { KafkaJSConnectionError } = load("kafkajs/src/errors") as { KafkaJSConnectionError: ConnectionError };

const { send } = prototype;
prototype.send = async function (this: Connection, request) {
  try {
    return await send.call(this, request);
  } catch (error) {
    const { name, message } = error as Error;
    if (name !== "KafkaJSRequestTimeoutError") throw error;
    const closed = new KafkaJSConnectionError(message, { broker: this.broker });
    await close(this, closed);
    throw closed;
  }
};

/**
 * Destroys a socket that is still connecting. kafkajs leaves it open, and once connected it is mistaken for the
 * connection that was closed. kafkajs also unrefs it again at each later disconnect, which adds a listener to the
 * socket each time ("MaxListenersExceededWarning").
 */
const { disconnect } = prototype;
prototype.disconnect = async function (this: Connection) {
  await disconnect.call(this);
  if (this.socket?.pending) this.socket.destroy().removeAllListeners("connect");
  return true;
};

async function close(connection: Connection, error: Error): Promise<void> {
  const { socket } = connection;
  connection.rejectRequests(error);
  await connection.disconnect();
  // a broker that resumes later must not answer into the next connection
  socket?.destroy();
}
