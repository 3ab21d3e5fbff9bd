import { createServer } from "node:http";
import { expect, test } from "@jest/globals";
import { listen } from "@teravoz/runtime";
import { topicNames } from "../topics/topics.ts";
import { registerSchemas } from "./registry.ts";

test("a registration at a registry that is unavailable says that it does not answer, and gives no status", async () => {
  const config = {
    SCHEMA_REGISTRY_URL: "http://127.0.0.1:1",
    SCHEMA_REGISTRY_USERNAME: null,
    SCHEMA_REGISTRY_PASSWORD: null,
  };
  const registered = registerSchemas(config, topicNames("p."));
  await expect(registered).rejects.toThrow(/^the registry did not answer/);
});

test("a registration that the registry never answers fails after 5 s", async () => {
  const server = createServer((request, response) => {
    if (request.method === "PUT") response.end("{}");
  });
  const port = await listen(server, "127.0.0.1", 0);
  const config = {
    SCHEMA_REGISTRY_URL: `http://127.0.0.1:${port}`,
    SCHEMA_REGISTRY_USERNAME: null,
    SCHEMA_REGISTRY_PASSWORD: null,
  };
  const registered = registerSchemas(config, topicNames("p."));
  await expect(registered).rejects.toThrow("no answer within 5000 ms");
  server.closeAllConnections();
  server.close();
}, 30_000);
