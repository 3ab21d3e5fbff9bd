import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { addDeadLetterRoutes } from "@teravoz/dead-letters";
import {
  COMMAND_NAMES,
  COMMANDS,
  PUSH_NAMES,
  PUSHES,
  ROUTE_NAMES,
  ROUTES,
  type Route,
} from "@teravoz/protocol";
import { createHealth, createLog, createMetrics } from "@teravoz/runtime";
import { createApp, createRouter } from "@teravoz/runtime/http";
import { COMMAND_EXAMPLES, PUSH_EXAMPLES } from "../packages/protocol/reference/examples/messages.ts";
import { ROUTE_EXAMPLES } from "../packages/protocol/reference/examples/routes.ts";
import { writeReference } from "../packages/protocol/reference/reference.ts";
import { createWebhookRouter } from "../services/ingest/src/app.ts";
import { addErasureRoutes } from "../services/projector/src/erasure/routes.ts";
import { addPage } from "../services/realtime/src/page.ts";
import { addRedrive } from "../services/realtime/src/redrive.ts";
import { addStats } from "../services/realtime/src/reports/stats.ts";

type Router = Parameters<typeof createApp>[0];

test("docs/api.md equals the output of the schemas: run `pnpm docs:api` after a change of them", () => {
  const written = readFileSync(join(import.meta.dirname, "../docs/api.md"), "utf8");
  expect(written === writeReference()).toBe(true);
});

test.each(COMMAND_NAMES)("the example of %s fits its schemas, and all its fields are documented", (name) => {
  const { data, answer } = COMMAND_EXAMPLES[name];
  expect(COMMANDS[name].data.safeParse(data)).toMatchObject({ success: true });
  expect(COMMANDS[name].answer.parse(answer)).toEqual(answer);
});

test.each(PUSH_NAMES)("the example of the message %s fits its schema", (name) => {
  const { data } = PUSH_EXAMPLES[name];
  expect(PUSHES[name].data.parse(data)).toEqual(data);
});

test.each(ROUTE_NAMES)("the examples of %s fit its schemas, one for each answer with a body", (name) => {
  const { query, answers }: Route = ROUTES[name];
  const example = ROUTE_EXAMPLES[name];
  const given = Object.fromEntries(new URL(example.path, "http://localhost").searchParams);
  if (query) expect(query.safeParse(given)).toMatchObject({ success: true });
  const bodies: Record<string, unknown> = example.answers;
  for (const [status, { body }] of Object.entries(answers))
    expect(body?.parse(bodies[status])).toEqual(bodies[status]);
});

/** The dependencies of the routes. It is empty, because no route is called. */
const ports = { tokens: [] } as never;

const SERVICES: Record<string, () => Router> = {
  ingest: () => createWebhookRouter(ports),
  projector: () => {
    const router = createRouter();
    addErasureRoutes(router, ports);
    addDeadLetterRoutes(router, ports);
    return router;
  },
  realtime: () => {
    const router = createRouter();
    addPage(router, "/nonexistent", false);
    addStats(router, ports);
    addRedrive(router, ports, () => true);
    return router;
  },
};

test.each(Object.keys(SERVICES))("the protocol has exactly the routes of %s", (service) => {
  const router = SERVICES[service]!();
  createApp(router, {
    health: createHealth(),
    metrics: createMetrics(),
    metricsTokens: null,
    log: createLog("api-test", "silent"),
  });
  const served = router.stack.flatMap(({ path, methods }) =>
    methods
      .filter((method) => method !== "HEAD")
      .map((method) => `${method} ${path instanceof RegExp && path.test("/webhook") ? "/webhook" : path}`),
  );
  const described = ROUTE_NAMES.filter((name) => (ROUTES[name] as Route).of.some((each) => each === service));
  expect(served.toSorted()).toEqual(described.toSorted());
});
