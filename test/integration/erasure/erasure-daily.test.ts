import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import type { Jobs } from "@teravoz/domain";
import { PARTITIONS } from "@teravoz/kafka";
import { doWhenDue, TICK_KEY, TOMBSTONES_AT_ONCE } from "@teravoz/projector";
import { createMongoJobs } from "@teravoz/store";
import { eventually } from "../../support/eventually.ts";
import { ask, type Erasing, findText, openErasing, untilClean } from "../../support/services/erasing.ts";
import { openTopics, readTopic, startOf, type TestTopics } from "../../support/stack/kafka.ts";

const PATIENCE_MS = 60_000;
const DAY_MS = 86_400_000;
const NUMBER = "5511987651111";

let opened: TestTopics;
let erasing: Erasing;
beforeAll(async () => {
  opened = await openTopics();
});
beforeEach(async () => {
  erasing = await openErasing(opened);
});
afterEach(() => opened.renew());
afterAll(() => opened.close());

const body = (call_id: string, type = "call.new") => JSON.stringify({ type, call_id, their_number: NUMBER });
const ago = (days: number) => new Date(Date.now() - days * DAY_MS);
const untilStored = (bodies: string[]) => erasing.untilStored(bodies);
const tombstonesOf = async (topic: string) =>
  (await readTopic(opened, topic)).filter(({ value }) => value === null).map(({ key }) => String(key));

test("with several projectors, one writes the tick to every partition of both topics, and the tick erases nothing", async () => {
  erasing.project();
  await erasing.publish([body("1")]);
  await untilStored([body("1")]);
  await Promise.all([1, 2, 3].map(() => doWhenDue(erasing.daily, "tick", DAY_MS)));
  await doWhenDue(erasing.daily, "tick", DAY_MS);
  for (const topic of [opened.topics.callEvents, opened.topics.agentEvents]) {
    const ticks = (await readTopic(opened, topic)).filter(({ value }) => value === null);
    expect(ticks.map(({ partition }) => partition)).toEqual(Array.from({ length: PARTITIONS }, (_, n) => n));
    expect(new Set(ticks.map(({ key }) => String(key)))).toEqual(new Set([TICK_KEY]));
  }
  await eventually(async () => {
    const positions = await erasing.db
      .collection<{ _id: string; next: number }>("positions")
      .find()
      .toArray();
    const moved = positions.filter(({ _id, next }) => {
      const [topic, partition] = _id.split(":");
      return next > startOf(opened, topic!, Number(partition));
    });
    expect(moved).toHaveLength(2 * PARTITIONS);
  }, PATIENCE_MS);
  expect(await erasing.storedPayloads()).toEqual([body("1")]);
  expect(await erasing.db.collection("erased").countDocuments()).toBe(0);
  await doWhenDue(erasing.daily, "tick", 0);
  expect(await tombstonesOf(opened.topics.callEvents)).toHaveLength(2 * PARTITIONS);
});

test("one instance at a time claims a job: again after its interval, at once after a failure, and after its owner's death", async () => {
  let time = Date.now();
  const jobs: Jobs = createMongoJobs({ connection: erasing.connection, now: () => time });
  const claims = () => Promise.all([1, 2, 3, 4].map(() => jobs.claim("job", DAY_MS)));
  expect((await claims()).filter(Boolean)).toHaveLength(1);
  await jobs.release("job", false);
  expect((await claims()).filter(Boolean)).toHaveLength(1);
  // its owner died, so its claim is not released
  time += 3_599_000;
  expect((await claims()).filter(Boolean)).toHaveLength(0);
  time += 2_000;
  expect((await claims()).filter(Boolean)).toHaveLength(1);
  await jobs.release("job", true);
  time += DAY_MS - 1_000;
  expect((await claims()).filter(Boolean)).toHaveLength(0);
  time += 2_000;
  expect((await claims()).filter(Boolean)).toHaveLength(1);
});

test("a call without an event for too long is erased, finished or not, and other calls are kept", async () => {
  erasing.project();
  const finished = (id: string) => [body(id), body(id, "call.finished")];
  // more than are published at once
  const count = TOMBSTONES_AT_ONCE + 20;
  const olds = Array.from({ length: count }, (_, n) => finished(`old-${n}`)).flat();
  await erasing.publish([...olds, body("open")], ago(31));
  await erasing.publish([...finished("young"), body("young-open")], ago(29));
  // finished long ago, but with a recent event
  await erasing.publish(finished("touched"), ago(31));
  await erasing.publish([body("touched", "call.recording-available")], ago(1));
  const kept = [
    ...finished("young"),
    body("young-open"),
    ...finished("touched"),
    body("touched", "call.recording-available"),
  ];
  await untilStored([...olds, body("open"), ...kept]);
  await doWhenDue({ ...erasing.daily, retentionDays: 30 }, "retention", DAY_MS);
  await untilStored(kept);
  expect(await untilClean(erasing.url, "/calls/old-3")).toMatchObject({ clean_at: expect.any(String) });
  expect(await tombstonesOf(opened.topics.callEvents)).toHaveLength(count + 1);
});

test("an oversized call is erased when its last event is too old, not when its fold last changed", async () => {
  erasing.project();
  await erasing.publish([body("still"), body("quiet")], ago(40));
  await untilStored([body("still"), body("quiet")]);
  await erasing.db.collection("calls").updateMany({}, { $set: { overgrown: true } });
  const later = body("still", "call.recording-available");
  await erasing.publish([later], ago(1));
  await untilStored([body("still"), body("quiet"), later]);
  await doWhenDue({ ...erasing.daily, retentionDays: 30 }, "retention", DAY_MS);
  await untilStored([body("still"), later]);
});

test("old events of agents and dialers are erased, and an agent who logged in before that stays logged in", async () => {
  erasing.project();
  const said = (actor: string, type: string, days: number) =>
    JSON.stringify({ type: `actor.${type}`, actor, queue: "900", timestamp: ago(days).toISOString() });
  const attempt = (code: string, n: number) =>
    JSON.stringify({ type: "dialer.attempt", code, number: NUMBER, sid: n });
  const publishAt = async (days: number, bodies: string[]) => erasing.publish(bodies, ago(days));
  const old = [said("gone", "logged-in", 40), said("ana", "logged-in", 41), said("ana", "logged-out", 40)];
  const inForce = said("ana", "logged-in", 35);
  const rita = [said("rita", "logged-in", 40), said("rita", "logged-out", 39)];
  const ritaNow = [said("rita", "logged-in", 1), said("rita", "logged-out", 0.5)];
  const [campaign, again, other] = [attempt("campaign", 1), attempt("campaign", 2), attempt("past", 3)];
  const call = JSON.stringify({
    type: "actor.entered",
    call_id: "1",
    actor: "ana",
    timestamp: ago(1).toISOString(),
  });
  await publishAt(40, [...old, ...rita, campaign, other]);
  await publishAt(35, [inForce]);
  await publishAt(1, [...ritaNow, again, call]);
  await untilStored([...old, ...rita, campaign, other, inForce, ...ritaNow, again, call]);
  const before = await erasing.store.listPresences(["ana"]);
  await doWhenDue({ ...erasing.daily, retentionDays: 30 }, "retention", DAY_MS);
  // the log-out of 40 days ago is the last one
  await untilStored([old[2]!, inForce, ...ritaNow, again, call]);
  const stored = (await erasing.store.listPresences()).map(({ agent, queues }) => ({ agent, queues }));
  const [presence] = before;
  expect(stored).toContainEqual({ agent: "ana", queues: presence!.queues });
  expect(stored.map(({ agent }) => agent).sort()).toEqual(["ana", "rita"]);
});

test("without a retention setting no call is too old", async () => {
  erasing.project();
  await erasing.publish([body("1"), body("1", "call.finished")], ago(5_000));
  await untilStored([body("1"), body("1", "call.finished")]);
  await doWhenDue(erasing.daily, "retention", 0);
  expect(await tombstonesOf(opened.topics.callEvents)).toEqual([]);
});

test("a sweep erases the erased calls and agents of a restored backup again, and nothing else", async () => {
  erasing.project();
  const { db, url } = erasing;
  const paused = (timestamp: string) => JSON.stringify({ type: "actor.paused", actor: "ana", timestamp });
  const bodies = [
    body("gone"),
    JSON.stringify({ type: "call.new", call_id: "stays" }),
    paused("2026-01-01T00:00:00Z"),
  ];
  await erasing.publish(bodies);
  await untilStored(bodies);
  const collections = ["events", "calls"];
  const backup = await Promise.all(collections.map((name) => db.collection(name).find().toArray()));
  for (const path of ["/calls/gone", "/agents/ana"]) {
    expect((await ask(url, "DELETE", path)).status).toBe(202);
    await untilClean(url, path);
  }
  const later = paused(new Date(Date.now() + 1_000).toISOString());
  await erasing.publish([later]);
  await untilStored([bodies[1]!, later]);
  const swept = () => doWhenDue(erasing.daily, "sweep", 0);
  const tombstones = async () =>
    (await Promise.all([opened.topics.callEvents, opened.topics.agentEvents].map(tombstonesOf)))
      .flat()
      .sort();
  await swept();
  expect(await tombstones()).toEqual(["ana", "gone"]);

  const putBack = (collection: string, documents: object[]) =>
    db.collection(collection).bulkWrite(
      documents.map((document) => ({
        replaceOne: {
          filter: { _id: (document as { _id: never })._id },
          replacement: document,
          upsert: true,
        },
      })),
    );
  for (const [n, name] of collections.entries()) await putBack(name, backup[n]!);
  const call = backup[1]!.find(({ aggregate_id }) => aggregate_id === "gone")!;
  await putBack("past_march", [call]);
  await putBack("dead_letters", [
    { _id: "1", key: "gone", first_seen: ago(1), body: NUMBER },
    { _id: "2", key: "ana", first_seen: ago(1), body: NUMBER },
    { _id: "3", key: "ana", first_seen: new Date(Date.now() + 60_000), body: "newer" },
    { _id: "4", key: null, first_seen: ago(1), body: "keyless" },
  ]);
  await swept();
  await untilStored([bodies[1]!, later]);
  expect(await findText(erasing, NUMBER)).toEqual([]);
  expect(await findText(erasing, "gone")).toEqual([]);
  const deadLetters = await db.collection<{ _id: string }>("dead_letters").find().toArray();
  expect(deadLetters.map(({ _id }) => _id).sort()).toEqual(["3", "4"]);
  await swept();
  expect(await tombstones()).toEqual(["ana", "ana", "gone", "gone"]);
});

test("a sweep erases a restored event of a shared key again, and keeps the key's other events", async () => {
  erasing.project();
  const attempt = (number: string) =>
    JSON.stringify({ type: "dialer.attempt", code: "campaign", number, sid: number });
  const [own, other] = [attempt(NUMBER), attempt("5511900000001")];
  await erasing.publish([own, other]);
  await untilStored([own, other]);
  const backup = await erasing.db.collection("events").find().toArray();
  expect((await ask(erasing.url, "DELETE", `/numbers/${NUMBER}`)).status).toBe(202);
  await untilClean(erasing.url, `/numbers/${NUMBER}`);
  await untilStored([other]);
  await erasing.db.collection("events").insertMany(backup.filter(({ payload }) => payload === own));
  await doWhenDue(erasing.daily, "sweep", 0);
  await untilStored([other]);
});
