import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";

const SIMULATE = join(import.meta.dirname, "../../packages/simulator/src/simulate.ts");
let server: Server;
let received: { body: string; authorization: string | undefined }[];
let answer: (n: number) => number;

beforeEach(async () => {
  received = [];
  answer = () => 200;
  server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    received.push({ body, authorization: request.headers.authorization });
    response.writeHead(answer(received.length)).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function port(): number {
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

async function simulate(...args: string[]) {
  const url = `http://127.0.0.1:${port()}/webhook?token=in-the-url`;
  const child = spawn(process.execPath, [SIMULATE, "--url", url, ...args]);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
  const [code] = await once(child, "close");
  return { code, output };
}

describe("simulate", () => {
  test("sends every event of its calls with the token, and exits with 0 if all are answered with 200", async () => {
    const options = [
      "--calls",
      "5",
      "--flows",
      "delegated=1",
      "--delay",
      "5",
      "--rate",
      "1000",
      "--no-agents",
    ];
    const { code, output } = await simulate(...options, "--token", "secret-token");
    expect(code).toBe(0);
    expect(output).toMatch(/200 +35 /);
    expect(received).toHaveLength(35);
    expect(new Set(received.map(({ authorization }) => authorization))).toEqual(
      new Set(["Bearer secret-token"]),
    );
    expect(output).not.toMatch(/secret-token|in-the-url/);
  });

  test("delivers duplicates byte by byte", async () => {
    await simulate(
      "--calls",
      "3",
      "--duplicates",
      "1",
      "--delay",
      "1",
      "--rate",
      "1000",
      "--flows",
      "sandbox=1",
      "--no-agents",
    );
    expect(received).toHaveLength(24);
    expect(new Set(received.map(({ body }) => body)).size).toBe(12);
  });

  test("logs its agents in before the calls", async () => {
    await simulate("--calls", "1", "--flows", "sandbox=1", "--delay", "1", "--rate", "1000");
    const types = received.map(({ body }) => JSON.parse(body).type);
    expect(types.filter((type) => type === "actor.logged-in")).toHaveLength(12);
    expect(types).toHaveLength(16);
  });

  test("sends a burst on as many connections as it has copies", async () => {
    const open = new Set();
    server.on("connection", (socket) => open.add(socket));
    const { code } = await simulate("--burst", "200", "--flows", "delegated=1");
    expect(code).toBe(0);
    expect(open.size).toBe(200);
    expect(new Set(received.map(({ body }) => body)).size).toBe(7);
  });

  test("exits with 1 if an answer is not 200, and counts the answers by status", async () => {
    answer = (n) => (n === 2 ? 503 : 200);
    const { code, output } = await simulate(
      "--calls",
      "1",
      "--flows",
      "sandbox=1",
      "--delay",
      "1",
      "--no-agents",
    );
    expect(code).toBe(1);
    expect(output).toMatch(/200 +3 .*\n503 +1 /);
  });

  test("explains how to start the gateway if no process listens at the address", async () => {
    server.close();
    const { code, output } = await simulate(
      "--calls",
      "1",
      "--flows",
      "sandbox=1",
      "--delay",
      "1",
      "--no-agents",
    );
    expect(code).toBe(1);
    expect(output).toMatch(/ECONNREFUSED: no process listens at this address: .*npx -y pnpm start/);
  });
});
