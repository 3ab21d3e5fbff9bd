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

test("a free port is used as it is wanted, without a word", async () => {
  const said: string[] = [];
  expect(await choosePorts({ kafka: 9092 }, (line) => said.push(line), taken())).toEqual({ kafka: 9092 });
  expect(said).toEqual([]);
});

test("a taken port is named and the next free one used", async () => {
  const said: string[] = [];
  const ports = await choosePorts({ kafka: 9092 }, (line) => said.push(line), taken(9092, 9093));
  expect(ports).toEqual({ kafka: 9094 });
  expect(said).toEqual(["port 9092 is taken: kafka uses 9094"]);
});

test("3334, where the vendor's simulators answer, is never used", async () => {
  expect(await choosePorts({ ingest: 3333 }, quiet, taken(3333))).toEqual({ ingest: 3335 });
});

test("a port is not given away that another one wants, nor given twice", async () => {
  const ports = await choosePorts({ ingest: 3333, realtime: 3333, projector: 3335 }, quiet, taken(3333));
  expect(ports).toEqual({ ingest: 3336, realtime: 3337, projector: 3335 });
});

test("a port somebody listens on is not free", async () => {
  const port = await freePort();
  expect(await portIsFree(port)).toBe(true);
  server = createServer();
  await new Promise<void>((resolve) => server?.listen(port, "127.0.0.1", resolve));
  expect(await portIsFree(port)).toBe(false);
});

test("a free port is looked for until one is found, below those of outgoing connections", async () => {
  const asked: number[] = [];
  const port = await freePort(async (it) => asked.push(it) === 3);
  expect(asked).toHaveLength(3);
  expect(port).toBe(asked[2]);
  expect(Math.max(...asked)).toBeLessThan(32_768);
});
