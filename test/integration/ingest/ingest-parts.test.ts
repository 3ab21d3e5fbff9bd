import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Event, foldCall } from "@teravoz/domain";
import { ensureTopics, findMissingSchemas, withAdmin } from "@teravoz/kafka";
import { eventOf } from "../../support/services/erasing.ts";
import { expectStored, type Gateway, openGateway } from "../../support/services/gateway.ts";
import { readTopic } from "../../support/stack/kafka.ts";
import { type OwnParts, type OwnStack, openOwnStack } from "../../support/stack/own-stack.ts";
import { bodiesOfCalls, shuffle } from "../../support/traffic/traffic.ts";

const HOUR_MS = 3_600_000;
const AT_ONCE = 32;

/** The offset of each ingest's clock, in ms. */
const CLOCKS_MS: Record<string, number> = { "ingest-1": HOUR_MS, "ingest-2": -HOUR_MS };

let stack: OwnParts;
let own: OwnStack;
let gateway: Gateway;
beforeAll(async () => {
  // this suite kills its registry
  own = await openOwnStack();
  stack = own.stack;
  gateway = await openGateway({
    ingest: 2,
    realtime: 0,
    mains: { ingest: join(import.meta.dirname, "../../support/clock/ingest-off.ts") },
    envOf: (name) => ({ CLOCK_OFF_MS: String(CLOCKS_MS[name] ?? 0) }),
  });
});
afterAll(async () => {
  await gateway?.close();
  await own?.close();
});

/** All bodies that the tests have sent so far. Only these are stored. */
const sent: string[] = [];

/** The distinct statuses of the answers to these bodies. */
async function statusesOf(bodies: readonly string[]): Promise<number[]> {
  const statuses = new Set<number>();
  let next = 0;
  const worker = async () => {
    while (next < bodies.length) statuses.add((await gateway.post(bodies[next++]!)).status);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return [...statuses];
}

test("with two ingests whose clocks are an hour ahead and an hour behind, calls follow the vendor's stamps and the log has the broker's stamps", async () => {
  const began = Date.now();
  const bodies = shuffle(bodiesOfCalls(60));
  expect(await statusesOf(bodies)).toEqual([200]);
  sent.push(...bodies);
  await expectStored(gateway, sent);
  const off = (await gateway.events()).map(({ received_at }) => received_at.getTime() - began);
  expect([Math.min(...off), Math.max(...off)].map((ms) => Math.round(ms / HOUR_MS))).toEqual([-1, 1]);

  const histories = Map.groupBy(
    bodies.map((body) => eventOf(body)),
    ({ aggregate_id }) => aggregate_id,
  );
  for (const call of await gateway.calls())
    expect(call).toMatchObject(withoutArrivals(histories.get(call.aggregate_id)!));
  const all = await readTopic(gateway.opened, gateway.opened.topics.callEvents);
  // the daily ticks have no value
  const records = all.filter(({ value }) => value !== null);
  const aged = records.filter(({ timestamp }) => timestamp < began - HOUR_MS / 2 || timestamp > Date.now());
  expect([records.length, aged]).toEqual([bodies.length, []]);
});

/** The call of these events without its times of arrival, which come from ingest's clock. */
function withoutArrivals(events: Event[]) {
  const { created_at: _, updated_at: __, ...call } = foldCall(events)!;
  return call;
}

test("with the registry dead, every event is accepted and stored, and all services are ready", async () => {
  // the services have encoded and decoded before, so they need no registry from now on
  const [warm, bodies] = [bodiesOfCalls(5), bodiesOfCalls(300)];
  expect(await statusesOf(warm)).toEqual([200]);
  sent.push(...warm);
  await expectStored(gateway, sent);
  await stack.kill("registry");
  expect(await statusesOf(bodies)).toEqual([200]);
  sent.push(...bodies);
  await expectStored(gateway, sent);
  await Promise.all([...gateway.ingest, ...gateway.projector].map((service) => service.ready()));
});

const JOURNAL = "kafkasql-journal";

/** Deletes the records of the journal, as a broker does at the end of their retention. */
const trimJournal = () =>
  withAdmin(gateway.opened.client, async (admin) => {
    const ends = await admin.fetchTopicOffsets(JOURNAL);
    const partitions = ends.map(({ partition, high }) => ({ partition, offset: high }));
    await admin.deleteTopicRecords({ topic: JOURNAL, partitions });
  });

test("with a registry that lost its journal, services register the schemas again at their start, without `topics`, and old records are read", async () => {
  const [unread, bodies] = [bodiesOfCalls(20), bodiesOfCalls(20)];
  const { ingest, projector } = gateway;
  await Promise.all(projector.map((service) => service.stop()));
  expect(await statusesOf(unread)).toEqual([200]);
  await Promise.all(ingest.map((service) => service.stop()));
  await trimJournal();
  await stack.start("registry");
  const subjects = await fetch(`${gateway.opened.config.SCHEMA_REGISTRY_URL}/subjects`);
  expect(await subjects.json()).toEqual([]);

  await Promise.all([...ingest, ...projector].map((service) => service.start()));
  await Promise.all([...ingest, ...projector].map((service) => service.ready()));
  expect(await statusesOf(bodies)).toEqual([200]);
  sent.push(...unread, ...bodies);
  await expectStored(gateway, sent);
  expect(await findMissingSchemas(gateway.opened.config, gateway.opened.topics)).toEqual([]);
});

test("without a dead-letters topic every good event is answered 200, beside any number of refusals", async () => {
  const { client, topics } = gateway.opened;
  await withAdmin(client, (admin) => admin.deleteTopics({ topics: [topics.deadLetters] }));
  const refusals = Array.from({ length: 200 }, (_, n) => `{"type":"call.exploded","call_id":"${n}"}`);
  const bodies = bodiesOfCalls(100).slice(0, 600);
  const statuses = async (some: readonly string[]) => {
    const answers = await Promise.all(some.map((body) => gateway.post(body)));
    return Map.groupBy(answers, ({ status }) => status);
  };
  const [good, refused] = await Promise.all([statuses(bodies), statuses(refusals)]);
  expect([...good.keys()]).toEqual([200]);
  // a refusal cannot be kept, so it is not acknowledged
  expect([...refused.keys()]).toEqual([503]);
  await withAdmin(client, (admin) => ensureTopics(admin, topics, 1));
});
