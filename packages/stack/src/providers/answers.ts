import { connect } from "node:net";
import { brokerAnswers } from "@teravoz/kafka";
import { MongoClient } from "mongodb";
import type { Part } from "../stack.ts";

/** The longest wait for an answer: much longer than a healthy part needs, and short enough to ask again soon. */
const PATIENCE_MS = 2_000;

/** Returns whether the part at this address does its job now, as its clients see it. Never rejects. */
export const answers: Record<Part, (address: string) => Promise<boolean>> = {
  kafka: (brokers) => brokerAnswers(brokers),
  registry: (url) => registryAnswers(url),
  mongodb: mongodbAnswers,
};

/**
 * Returns whether the registry answers. A registry on Kafka does so only after it has read its journal, so it knows
 * every id that it has assigned.
 */
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

/** Runs admin commands on a separate connection. */
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

/** Returns whether one of the addresses ("host:port", separated by commas) accepts a connection. */
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
