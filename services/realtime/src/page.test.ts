import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import {
  closeServer,
  createHealth,
  createHttpServer,
  createLog,
  createMetrics,
  listen,
} from "@teravoz/runtime";
import { createApp, createRouter } from "@teravoz/runtime/http";
import { addPage } from "./page.ts";

const TEXT = `<!doctype html><title>board</title>${"<p>text</p>".repeat(500)}`;

let directory: string;
let server: ReturnType<typeof createHttpServer>;
let port: number;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "teravoz-page-"));
  await writeFile(join(directory, "index.html"), TEXT);
  const router = createRouter();
  addPage(router, directory);
  const log = createLog("page-test", "silent");
  const operations = { health: createHealth(), metrics: createMetrics(), metricsTokens: null, log };
  server = createHttpServer(createApp(router, operations).callback());
  port = await listen(server, "127.0.0.1", 0);
});
afterAll(async () => {
  await closeServer(server);
  await rm(directory, { recursive: true });
});

type Answer = { status: number; headers: NodeJS.Dict<string | string[]>; body: Buffer };
const get = (headers: Record<string, string>) =>
  new Promise<Answer>((resolve, reject) => {
    const asked = request({ port, host: "127.0.0.1", path: "/calls", headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.once("end", () =>
        resolve({ status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(chunks) }),
      );
    });
    asked.once("error", reject).end();
  });

test.each([
  ["br", brotliDecompressSync],
  ["gzip", gunzipSync],
  ["identity", (bytes: Buffer) => bytes],
] as const)(
  "the page is sent as %s to every client that asks for it, the first ones together",
  async (encoding, decode) => {
    const answers = await Promise.all([1, 2, 3].map(() => get({ "Accept-Encoding": encoding })));
    for (const { status, headers, body } of answers) {
      expect([status, headers["content-encoding"] ?? "identity"]).toEqual([200, encoding]);
      expect(decode(body).toString()).toBe(TEXT);
    }
  },
);

test("a client that has the page already is answered with 304 and no body", async () => {
  const { headers } = await get({});
  const again = await get({ "If-None-Match": String(headers.etag) });
  expect([again.status, again.body.length]).toEqual([304, 0]);
});
