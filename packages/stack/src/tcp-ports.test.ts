import { createServer, type Server } from "node:net";
import { afterEach, expect, test } from "@jest/globals";
import { choosePorts, freePort, portIsFree } from "./tcp-ports.ts";

const taken =
  (...ports: number[]) =>
  async (port: number) =>
    !ports.includes(port);
const quiet = () => {};
let server: Server | undefined;
afterEach(() => void server?.close());

test("a free port is used as wanted, without a message", async () => {
  const said: string[] = [];
  expect(await choosePorts({ kafka: 9092 }, (line) => said.push(line), taken())).toEqual({ kafka: 9092 });
  expect(said).toEqual([]);
});

test("a taken port is reported, and the next free one is used", async () => {
  const said: string[] = [];
  const ports = await choosePorts({ kafka: 9092 }, (line) => said.push(line), taken(9092, 9093));
  expect(ports).toEqual({ kafka: 9094 });
  expect(said).toEqual(["port 9092 is taken: kafka uses 9094"]);
});

test("port 3334 of the vendor's simulators is never used", async () => {
  expect(await choosePorts({ ingest: 3333 }, quiet, taken(3333))).toEqual({ ingest: 3335 });
});

test("a port that another part wants is not used, and no port is used twice", async () => {
  const ports = await choosePorts({ ingest: 3333, realtime: 3333, projector: 3335 }, quiet, taken(3333));
  expect(ports).toEqual({ ingest: 3336, realtime: 3337, projector: 3335 });
});

test("a port with a listener is not free", async () => {
  const port = await freePort();
  expect(await portIsFree(port)).toBe(true);
  server = createServer();
  await new Promise<void>((resolve) => server?.listen(port, "127.0.0.1", resolve));
  expect(await portIsFree(port)).toBe(false);
});

test("ports are tried until one is free, below those of outgoing connections", async () => {
  const asked: number[] = [];
  const port = await freePort(async (it) => asked.push(it) === 3);
  expect(asked).toHaveLength(3);
  expect(port).toBe(asked[2]);
  expect(Math.max(...asked)).toBeLessThan(32_768);
});
