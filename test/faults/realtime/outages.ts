import { type OwnParts, openOwnStack } from "../../support/stack/own-stack.ts";
import { openProxy } from "../../support/stack/tcp-proxy.ts";
import type { Outage } from "./mongodb-away.ts";

/** Opens an outage that cuts the connections of all clients that use its `uri`. */
export async function openCut(mongodb: string): Promise<Outage & { close(): Promise<void> }> {
  const uri = new URL(mongodb);
  const proxy = await openProxy({ host: uri.hostname, port: Number(uri.port) });
  uri.port = `${proxy.port}`;
  return {
    uri: uri.href,
    go: async () => proxy.cut(),
    comeBack: async () => proxy.heal(),
    close: () => proxy.close(),
  };
}

/** An outage that kills MongoDB for all clients. */
export const killed = (stack: OwnParts): Outage => ({
  uri: stack.addresses.mongodb,
  go: () => stack.kill("mongodb"),
  comeBack: () => stack.start("mongodb"),
});

/** An outage that pauses MongoDB: it keeps its connections and answers nothing. */
export const paused = (stack: OwnParts): Outage => ({
  uri: stack.addresses.mongodb,
  go: () => stack.pause("mongodb"),
  comeBack: () => stack.resume("mongodb"),
});

/** Runs `run` on local parts that no other suite uses. Until it ends, the environment of this process names them. */
export async function withOwnParts(run: (stack: OwnParts) => Promise<void>): Promise<void> {
  const own = await openOwnStack({ STACK: "local" });
  await run(own.stack).finally(own.close);
}
