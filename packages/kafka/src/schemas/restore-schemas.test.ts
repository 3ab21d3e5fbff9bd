import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { releasedSchemas, schemas } from "@teravoz/schemas";
import { openRegistryInMemory } from "../../../../test/support/services/registry-in-memory.ts";
import { topicNames } from "../topics/topics.ts";
import { findSchemaId, subjectsOf } from "./registry.ts";
import { restoreSchemas, witnessesOfIds } from "./restore-schemas.ts";

const topics = topicNames("p.");
const subjects = subjectsOf(topics);

let registry: Awaited<ReturnType<typeof openRegistryInMemory>>;
beforeEach(async () => {
  registry = await openRegistryInMemory();
});
afterEach(() => registry.close());

const restore = (ids: Parameters<typeof witnessesOfIds>[0], pause = async () => {}) =>
  restoreSchemas({
    config: registry.config,
    topics,
    schemas,
    pause,
    witnesses: witnessesOfIds(ids, subjects),
  });
const idOfStatus = () => findSchemaId(registry.config, subjects.status);

test("schemas that one release registered get their ids again", async () => {
  expect(await restore({ call: 1, agent: 2, change: 3, status: 4 })).toBeNull();
  expect(await idOfStatus()).toBe(4);
});

test("a schema that a later release changed gets its id again, and the earlier version keeps its own", async () => {
  expect(await restore({ call: 1, agent: 2, change: 3, status: 5 })).toBeNull();
  expect(await idOfStatus()).toBe(5);
  const before = releasedSchemas.find((text) => JSON.parse(text).name === "ServiceStatus")!;
  expect(await findSchemaId(registry.config, { ...subjects.status, schema: before })).toBe(4);
});

test.each([
  ["start higher", { call: 5, agent: 6, change: 7, status: 8 }],
  ["are in another order", { call: 2, agent: 1, change: 3, status: 4 }],
])("if the ids %s, nothing is registered", async (_case, ids) => {
  expect(await restore(ids)).toContain("other ids");
  expect(registry.subjects()).toEqual([]);
});

test("a registration that was interrupted is continued, and the schemas get their ids again", async () => {
  const { call, agent } = subjects;
  for (const { subject, schema } of [call, agent]) registry.register(subject, schema);
  expect(await restore({ call: 1, agent: 2, change: 3, status: 4 })).toBeNull();
  expect(await idOfStatus()).toBe(4);
});

test("while another instance registers the schemas, this one registers none", async () => {
  const { call, agent } = subjects;
  const others = [call, agent];
  const pause = async () => {
    const next = others.shift();
    if (next) registry.register(next.subject, next.schema);
  };
  expect(await restore({ call: 1, agent: 2, change: 3, status: 4 }, pause)).toContain("another instance");
  expect(registry.subjects().sort()).toEqual([agent.subject, call.subject].sort());
});

test("one of our schemas with another id stops the registration", async () => {
  registry.register(subjects.agent.subject, subjects.agent.schema);
  expect(await restore({ call: 1, agent: 2, change: 3, status: 4 })).toContain("other schemas");
  expect(registry.subjects()).toEqual([subjects.agent.subject]);
});

test("if the registry has schemas of others, nothing is registered", async () => {
  registry.register("other-value", '"string"');
  expect(await restore({ call: 1 })).toContain("other schemas");
  expect(registry.subjects()).toEqual(["other-value"]);
});
