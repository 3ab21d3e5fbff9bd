import { sleep } from "@teravoz/runtime";

/** The time limit of a disconnect, because kafkajs can hang in it (github.com/tulios/kafkajs/issues/1606). */
export const DISCONNECT_MS = 5_000;

/** Disconnects clients of kafkajs. Resolves within DISCONNECT_MS. Errors are ignored. */
export async function disconnect(...clients: { disconnect(): Promise<unknown> }[]): Promise<void> {
  const ended = Promise.allSettled(clients.map((client) => client.disconnect()));
  await Promise.race([ended, sleep(DISCONNECT_MS, { ref: false })]);
}
