import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { type RequestOptions, request } from "node:http";
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

const TEXT = `<!doctype html><html lang="pt-BR"><title>board</title>${"<p>text</p>".repeat(500)}`;

let directory: string;
let server: ReturnType<typeof createHttpServer>;
let port: number;
/** The same page, served by a development server. */
let development: ReturnType<typeof createHttpServer>;
let developmentPort: number;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "teravoz-page-"));
  await writeFile(join(directory, "index.html"), TEXT);
  server = serverOf(false);
  development = serverOf(true);
  port = await listen(server, "127.0.0.1", 0);
  developmentPort = await listen(development, "127.0.0.1", 0);
});
afterAll(async () => {
  await Promise.all([closeServer(server), closeServer(development)]);
  await rm(directory, { recursive: true });
});

function serverOf(isDevelopment: boolean) {
  const router = createRouter();
  const answerUnknown = addPage(router, directory, isDevelopment);
  const log = createLog("page-test", "silent");
  const operations = { health: createHealth(), metrics: createMetrics(), metricsTokens: null, log };
  return createHttpServer(createApp(router, operations, answerUnknown).callback());
}

type Answer = { status: number; headers: NodeJS.Dict<string | string[]>; body: Buffer };
const get = (headers: Record<string, string>, asked: RequestOptions = {}) =>
  new Promise<Answer>((resolve, reject) => {
    const sent = request({ port, host: "127.0.0.1", path: "/calls", headers, ...asked }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.once("end", () =>
        resolve({ status: answer.statusCode!, headers: answer.headers, body: Buffer.concat(chunks) }),
      );
    });
    sent.once("error", reject).end();
  });

test.each([
  ["br", brotliDecompressSync],
  ["gzip", gunzipSync],
  ["identity", (bytes: Buffer) => bytes],
] as const)(
  "the page is sent as %s to every client that asks for it, even if several are the first at the same time",
  async (encoding, decode) => {
    const answers = await Promise.all([1, 2, 3].map(() => get({ "Accept-Encoding": encoding })));
    for (const { status, headers, body } of answers) {
      expect([status, headers["content-encoding"] ?? "identity"]).toEqual([200, encoding]);
      expect(decode(body).toString()).toBe(TEXT);
    }
  },
);

test("a client that already has the page gets 304 and no body", async () => {
  const { headers } = await get({});
  const again = await get({ "If-None-Match": String(headers.etag) });
  expect([again.status, again.body.length]).toEqual([304, 0]);
});

/** The headers of a browser that requests a document. */
const BROWSER = { Accept: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8" };

test("a browser at an unknown address gets the page with a 404, an API client gets the JSON error", async () => {
  const shown = await get(BROWSER, { path: "/callz" });
  expect([shown.status, shown.headers["content-type"], shown.body.toString()]).toEqual([
    404,
    "text/html; charset=utf-8",
    TEXT,
  ]);
  expect(shown.headers["content-security-policy"]).toContain("default-src 'none'");
  expect(shown.headers.vary).toContain("Accept");
  const error = { status: "error", errors: [{ path: "", message: "no such path" }] };
  for (const headers of [{}, { Accept: "*/*" }, { Accept: "application/json" }]) {
    const { status, body } = await get(headers, { path: "/callz" });
    expect([status, JSON.parse(body.toString())]).toEqual([404, error]);
  }
  const posted = await get(BROWSER, { path: "/callz", method: "POST" });
  expect([posted.status, JSON.parse(posted.body.toString())]).toEqual([404, error]);
});

test("the document of a development server is marked as such, that of a production server is not", async () => {
  const marked = await get({}, { port: developmentPort });
  expect(marked.body.toString()).toBe(TEXT.replace("<html ", '<html data-server="development" '));
  expect((await get({})).body.toString()).toBe(TEXT);
});
