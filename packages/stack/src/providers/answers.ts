import { connect } from "node:net";
import { brokerAnswers } from "@teravoz/kafka";
import { MongoClient } from "mongodb";
import type { Part } from "../stack.ts";

/** Much longer than a part that is well takes, short enough to ask again soon. */
const PATIENCE_MS = 2_000;

/** Whether a part at this address does its job now, seen as its clients see it. Never rejects. */
export const answers: Record<Part, (address: string) => Promise<boolean>> = {
  kafka: (brokers) => brokerAnswers(brokers),
  registry: (url) => registryAnswers(url),
  mongodb: mongodbAnswers,
};

/** A registry on Kafka answers this only once it has read its journal, so that it knows every id it has given. */
export async function registryAnswers(url: string, headers: Record<string, string> = {}): Promise<boolean> {
  const options = { signal: AbortSignal.timeout(PATIENCE_MS), headers };
  return fetch(`${url.replace(/\/$/, "")}/subjects`, options).then(
    (answer) => answer.ok,
    () => false,
  );
}

async function mongodbAnswers(uri: string): Promise<boolean> {
  const hello = await withAdmin(uri, (command) => command({ hello: 1 })).catch(() => null);
  return hello?.isWritablePrimary === true;
}

type Command = (command: Record<string, unknown>) => Promise<Record<string, unknown>>;

/** Runs admin commands on a connection of their own. */
export async function withAdmin<T>(uri: string, run: (command: Command) => Promise<T>): Promise<T> {
  const client = new MongoClient(uri, {
    serverSelectionTimeoutMS: PATIENCE_MS,
    connectTimeoutMS: PATIENCE_MS,
  });
  try {
    return await run((command) => client.db("admin").command(command));
  } finally {
    await client.close();
  }
}

/** Whether one of "host:port", several separated by commas, takes a connection. */
export async function takesConnection(addresses: string): Promise<boolean> {
  const taken = await Promise.all(addresses.split(",").map((address) => connects(address.trim())));
  return taken.includes(true);
}

function connects(address: string): Promise<boolean> {
  const colon = address.lastIndexOf(":");
  return new Promise((resolve) => {
    const socket = connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)) });
    const settle = (taken: boolean) => {
      socket.destroy();
      resolve(taken);
    };
    socket.setTimeout(PATIENCE_MS, () => settle(false));
    socket.once("connect", () => settle(true));
    socket.once("error", () => settle(false));
  });
}
