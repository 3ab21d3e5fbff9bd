import { createRequire } from "node:module";
import type { Socket } from "node:net";

/*
 * kafkajs 2.2.4 goes on with a connection on which a request was not answered in time. A broker that froze while kafkajs connected
 * to it stays "connected" for ever, fails each request ("Broker not connected") and is never replaced by another seed. Here a timeout
 * closes the connection and counts as a connection error, as in Kafka's own client: kafkajs then tries the next seed or another broker.
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
 * kafkajs lets a socket that is still connecting live on: once connected, it passes for the connection that was closed. It also
 * unrefs it again at each later disconnect, and the socket gains a listener each time ("MaxListenersExceededWarning").
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
  // a broker that goes on later must not answer into the next connection
  socket?.destroy();
}
