import { cp, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ensureTopics, withAdmin } from "@teravoz/kafka";
import { eventually } from "../../support/eventually.ts";
import { type Erasing, openErasing } from "../../support/services/erasing.ts";
import { openTopics, type TestTopics } from "../../support/stack/kafka.ts";
import { type OwnStack, openOwnStack } from "../../support/stack/own-stack.ts";
import { bodiesOfCalls } from "../../support/traffic/traffic.ts";

const PATIENCE_MS = 60_000;

let own: OwnStack;
let opened: TestTopics;
let erasing: Erasing;
beforeAll(async () => {
  // the broker of this suite loses acknowledged records
  own = await openOwnStack();
  opened = await openTopics();
  erasing = await openErasing(opened);
});
afterAll(async () => {
  await opened?.close();
  // the registry's journal was cut too: a registry that is started again knows no schema that the journal has lost
  await own?.stack.kill("registry");
  await own?.close();
});

const kafkaData = () => join(own.dir, "data", "kafka");
const kafkaCopy = () => join(own.dir, "data", "kafka-before");

/** Copies the data of the stopped broker, as the state of a disk that will lose its last writes. */
async function copyKafka(): Promise<void> {
  await own.stack.kill("kafka");
  await cp(kafkaData(), kafkaCopy(), { recursive: true });
  await own.stack.start("kafka");
}

async function putBackKafka(): Promise<void> {
  await own.stack.kill("kafka");
  await rm(kafkaData(), { recursive: true });
  await cp(kafkaCopy(), kafkaData(), { recursive: true });
  await own.stack.start("kafka");
}

const isReady = (projector: ReturnType<Erasing["project"]>) =>
  eventually(() => expect(projector.check()).toMatchObject({ ok: true }), PATIENCE_MS);
const publish = (bodies: string[]) => eventually(() => erasing.publish(bodies), PATIENCE_MS);
const untilStored = (bodies: string[]) =>
  eventually(
    async () => expect((await erasing.storedPayloads()).sort()).toEqual(bodies.toSorted()),
    PATIENCE_MS,
  );

let number = 0;

/** Events of one call. All are in one partition, at consecutive offsets. */
const eventsOfOneCall = (count: number): string[] =>
  Array.from({ length: count }, () => {
    const [body] = bodiesOfCalls(1);
    return JSON.stringify({ ...JSON.parse(body!), call_id: "1.1", number: ++number });
  });

test("after a broker lost its last records in a power cut, later acknowledged records are all stored, by a running and by a restarted projector", async () => {
  const [early, lost, after, stopped, late] = [10, 10, 15, 10, 15].map(eventsOfOneCall) as [
    string[],
    string[],
    string[],
    string[],
    string[],
  ];
  const first = erasing.project();
  await isReady(first);
  await publish(early);
  await untilStored(early);
  await copyKafka();
  await publish(lost);
  await untilStored([...early, ...lost]);
  await putBackKafka();
  // when the projector checks the log, it may already be longer than the position again: either way it must be read
  // again
  await publish(after);
  await untilStored([...early, ...lost, ...after]);

  await publish(stopped);
  await untilStored([...early, ...lost, ...after, ...stopped]);
  await first.stop();
  await putBackKafka();
  await publish(late);
  const second = erasing.project();
  await untilStored([...early, ...lost, ...after, ...stopped, ...late]);
  expect([...first.crashes, ...second.crashes]).toEqual([]);
});

test("a topic that is deleted and created again is read from its beginning by a running projector, regardless of its new length", async () => {
  const projector = erasing.project();
  await isReady(projector);
  const before = await erasing.storedPayloads();
  await withAdmin(opened.client, async (admin) => {
    await admin.deleteTopics({ topics: [opened.topics.callEvents] });
    await eventually(async () => expect(await admin.listTopics()).not.toContain(opened.topics.callEvents));
    await ensureTopics(admin, opened.topics, 1);
  });
  const bodies = eventsOfOneCall(60);
  await publish(bodies);
  await untilStored([...before, ...bodies]);
  expect(projector.crashes).toEqual([]);
});
