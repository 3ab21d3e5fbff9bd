import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { applyPresence, foldCall, type LoggedEvent, type Presence } from "@teravoz/domain";
import { partitionOf, topicNames } from "@teravoz/kafka";
import type { MongoConnection, MongoStore } from "@teravoz/store";
import { startRebuild } from "../support/rebuild/command.ts";
import { batchOf, dropDatabase, freshDatabase, openStore, sampleEvent, uriOf } from "../support/store.ts";

let connection: MongoConnection;
let store: MongoStore;
const uri = uriOf(freshDatabase()).href;
const topic = topicNames("").agentEvents;
beforeAll(async () => {
  ({ connection, store } = await openStore(uri));
});
afterAll(() => dropDatabase(connection));

const documents = () => connection.db.collection<Presence & { _id: string }>("agents");

const loggedIn = (agent: string, queue: string): LoggedEvent =>
  sampleEvent({
    kind: "agent",
    aggregate_id: agent,
    type: "actor.logged-in",
    payload: JSON.stringify({ type: "actor.logged-in", actor: agent, queue }),
  });

/** Three agents, each with two queues: one is altered, one is taken away, one is invented. */
async function damage() {
  const events = ["altered", "missing", "right"].flatMap((name) => [
    loggedIn(name, "900"),
    loggedIn(name, "901"),
  ]);
  const partition = partitionOf("altered");
  await store.apply({ ...batchOf(events, null, partition), topic }, foldCall);
  await documents().updateOne({ _id: "altered" }, { $set: { queues: [] } });
  await documents().deleteOne({ _id: "missing" });
  await documents().insertOne({
    _id: "invented",
    agent: "invented",
    queues: [],
    updated_at: new Date(),
    version: 1,
  });
  return events;
}

test("what an agent is kept as and its events do not agree in is told, mended under the fence and told of", async () => {
  const events = await damage();
  const { items } = await store.listAgents({ limit: 1_000, cursor: null });
  expect(items).toEqual(["altered", "missing", "right"]);
  const all = [...items, "invented"];
  const expected = [
    { key: "altered", kind: "changed", fields: ["queues"] },
    { key: "missing", kind: "added", fields: [] },
    { key: "invented", kind: "removed", fields: [] },
  ];
  expect(await store.compareAgents(all, foldCall)).toEqual(expected);
  const place = { topic, partition: 7 };
  const refolded = await store.refoldAgents({ ...place, keys: all }, foldCall);
  expect(refolded).toMatchObject({ superseded: null, differences: expected });
  expect(refolded).toMatchObject({
    changes: expected.map(({ key }) => ({ key, kind: "agent", erased: false })),
  });
  expect(await store.compareAgents(all, foldCall)).toEqual([]);
  const [altered] = await store.listPresences(["altered"]);
  expect(altered).toMatchObject(applyPresence(null, events.slice(0, 2))!);
  // untold until somebody says that they are told
  const again = await store.refoldAgents({ ...place, keys: [] }, foldCall);
  expect(again).toMatchObject({ changes: [{}, {}, {}] });
  const newer = await store.refoldAgents(
    { ...place, keys: [] },
    { ...foldCall, revision: foldCall.revision + 1 },
  );
  expect(newer).toMatchObject({ superseded: null });
  expect(await store.refoldAgents({ ...place, keys: all }, foldCall)).toEqual({
    superseded: foldCall.revision + 1,
  });
});

test("agents are listed a page at a time, those with events and those that are kept", async () => {
  const listed = new Set<string>();
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<MongoStore["listAgents"]>> = await store.listAgents({ limit: 1, cursor });
    for (const key of page.items) listed.add(key);
    cursor = page.next;
  } while (cursor !== null);
  expect(listed).toEqual(new Set((await documents().find().toArray()).map(({ _id }) => _id)));
});

test("`rebuild:calls --dry-run` names how many agents differ", async () => {
  const lost = `lost-${randomUUID()}`;
  await store.apply({ ...batchOf([loggedIn(lost, "900")], null, 0), topic: lost }, foldCall);
  await documents().deleteOne({ _id: lost });
  const env = { MONGODB_URI: uri, TOPIC_PREFIX: "nobodys." };
  const { code, stdout } = await startRebuild(["--dry-run"], { env }).done;
  expect(code).toBe(0);
  expect(stdout).toContain("1 agents would be changed");
});
