import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { applyPresence, foldCall, type LoggedEvent, type Presence } from "@teravoz/domain";
import { partitionOf, topicNames } from "@teravoz/kafka";
import type { MongoConnection, MongoStore } from "@teravoz/store";
import { startRebuild } from "../../support/rebuild/command.ts";
import {
  batchOf,
  dropDatabase,
  freshDatabase,
  openStore,
  sampleEvent,
  uriOf,
} from "../../support/stack/store.ts";

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

/** Stores three agents with two queues each, alters one, deletes one and adds an invented one. */
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
    is_extension: false,
    queues: [],
    extensions: [],
    returns: [],
    said_at: new Date(),
    updated_at: new Date(),
    version: 1,
  });
  return events;
}

test("a stored agent that differs from its events is reported, corrected under the fence and notified", async () => {
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
  // the changes are returned again until they are confirmed
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

test("agents with events and stored agents are listed one page at a time", async () => {
  const listed = new Set<string>();
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<MongoStore["listAgents"]>> = await store.listAgents({ limit: 1, cursor });
    for (const key of page.items) listed.add(key);
    cursor = page.next;
  } while (cursor !== null);
  expect(listed).toEqual(new Set((await documents().find().toArray()).map(({ _id }) => _id)));
});

test("`rebuild:calls --dry-run` reports how many agents differ", async () => {
  const lost = `lost-${randomUUID()}`;
  await store.apply({ ...batchOf([loggedIn(lost, "900")], null, 0), topic: lost }, foldCall);
  await documents().deleteOne({ _id: lost });
  const env = { MONGODB_URI: uri, TOPIC_PREFIX: "unused." };
  const { code, stdout } = await startRebuild(["--dry-run"], { env }).done;
  expect(code).toBe(0);
  expect(stdout).toContain("1 agents would be changed");
});

/** Writes an agent's document as releases before revision 4 of the fold did. */
async function writeOlder(agent: string, events: LoggedEvent[]) {
  await store.apply({ ...batchOf(events, null, 0), topic: agent }, foldCall);
  const paused = { on: true, at: new Date(), reason: "lunch" };
  const queues = [{ queue: "900", logged_in: { on: true, at: new Date() }, paused }];
  const older = { agent, queues, updated_at: events.at(-1)!.received_at, version: 7 };
  const raw = connection.db.collection<{ _id: string }>("agents");
  await raw.replaceOne({ _id: agent }, older);
}

test("an agent folded by an older revision is in no list until a rebuild, but is right in the past", async () => {
  const agent = `older-${randomUUID()}`;
  const events = [loggedIn(agent, "900"), loggedIn(agent, "901")];
  await writeOlder(agent, events);
  expect(await store.listPresences([agent])).toEqual([]);
  expect((await store.listPresences()).map((each) => each.agent)).not.toContain(agent);
  const past = await store.listPastPresences(new Date());
  expect(past.find((each) => each.agent === agent)).toMatchObject(applyPresence(null, events)!);
  const keys = [agent];
  expect(await store.compareAgents(keys, foldCall)).toMatchObject([{ key: agent, kind: "changed" }]);
  const refolded = await store.refoldAgents({ topic: agent, partition: 0, keys }, foldCall);
  expect(refolded).toMatchObject({ changes: [{ key: agent, kind: "agent", erased: false }] });
  const [presence] = await store.listPresences(keys);
  const { version, ...folded } = presence!;
  expect(folded).toEqual(applyPresence(null, events));
  expect(version).toBeGreaterThan(7);
  expect(await store.compareAgents(keys, foldCall)).toEqual([]);
});

test("an agent folded by an older revision is folded from all its events by its next event", async () => {
  const agent = `older-${randomUUID()}`;
  const events = [loggedIn(agent, "900"), loggedIn(agent, "901")];
  await writeOlder(agent, events);
  const next = loggedIn(agent, "902");
  await store.apply({ ...batchOf([next], 2, 0), topic: agent }, foldCall);
  const [{ version: _version, ...folded } = { version: 0 }] = await store.listPresences([agent]);
  expect(folded).toEqual(applyPresence(null, [...events, next]));
});

test("an agent folded by a lower revision of the same shape is folded again", async () => {
  const agent = `lower-${randomUUID()}`;
  const events = [loggedIn(agent, "900")];
  await store.apply({ ...batchOf(events, null, 0), topic: agent }, foldCall);
  const raw = connection.db.collection<{ _id: string; fold: number }>("agents");
  await raw.updateOne({ _id: agent }, { $inc: { fold: -1 } });
  expect(await store.listPresences([agent])).toEqual([]);
  expect(await store.compareAgents([agent], foldCall)).toEqual([
    { key: agent, kind: "changed", fields: ["fold"] },
  ]);
});
