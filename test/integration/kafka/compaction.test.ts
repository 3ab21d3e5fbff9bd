import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createOutlet } from "@teravoz/ingest";
import { consumePartitions, topicSettings, withAdmin } from "@teravoz/kafka";
import { createLog, createMetrics } from "@teravoz/runtime";
import { eventually } from "../../support/eventually.ts";
import { eventOf } from "../../support/services/erasing.ts";
import { startProjector } from "../../support/services/projector-in-process.ts";
import { openTopics, type TestTopics } from "../../support/stack/kafka.ts";
import { type OwnParts, type OwnStack, openOwnStack } from "../../support/stack/own-stack.ts";
import { bodiesOf } from "../../support/traffic/traffic.ts";

/** kafkajs's ConfigResourceTypes. */
const [TOPIC, BROKER] = [2, 4];

let stack: OwnParts;
let own: OwnStack;
beforeAll(async () => {
  // this suite changes the settings of the broker's log cleaner
  own = await openOwnStack();
  stack = own.stack;
});
afterAll(async () => {
  await own?.close();
});

/**
 * Opens topics with the settings of `topics` and with `changed`. Segments close after a fifth of a second and
 * are cleaned as soon as they can be.
 */
async function openCleaned(changed: Record<string, string>): Promise<TestTopics> {
  const { kafka, registry } = stack.addresses;
  const opened = await openTopics({ KAFKA_BROKERS: kafka, SCHEMA_REGISTRY_URL: registry });
  const name = opened.topics.callEvents;
  const hurried = { "segment.ms": "200", "min.cleanable.dirty.ratio": "0.01", ...changed };
  const settings = Object.entries({ ...topicSettings(opened.topics)[name], ...hurried });
  const configEntries = settings.map(([each, value]) => ({ name: each, value }));
  await withAdmin(opened.client, async (admin) => {
    // the default is 15 s
    const often = [{ name: "log.cleaner.backoff.ms", value: "100" }];
    const resources = [
      { type: TOPIC, name, configEntries },
      { type: BROKER, name: "1", configEntries: often },
    ];
    await admin.alterConfigs({ validateOnly: false, resources });
  });
  return opened;
}

/** The steps of this number of calls. Each round has the same step of all calls. */
function roundsOf(calls: number): string[][] {
  const all = Array.from({ length: calls }, (_, n) => bodiesOf("delegated", n));
  return all[0]!.map((_, step) => all.map((bodies) => bodies[step]!));
}

/** Publishes each round into a new segment, but the first `together` rounds into one. */
async function publishRounds(opened: TestTopics, rounds: string[][], together = 0): Promise<void> {
  const outlet = createOutlet({ ...opened, publisher: opened.publisher() });
  for (const [n, bodies] of rounds.entries()) {
    await Promise.all(bodies.map((body) => outlet.publish(eventOf(body))));
    // the first record past its time closes a segment
    if (n + 1 >= together) await sleep(300);
  }
}

/**
 * Reads the log of the calls. `left` is the number of its records, `offsets` the number of offsets that it
 * has assigned.
 */
async function readLog({ client, prefix, log, topics }: TestTopics) {
  const topic = topics.callEvents;
  const ends = await withAdmin(client, (admin) => admin.fetchTopicOffsets(topic));
  const reached = new Map<number, number>();
  let left = 0;
  const reader = consumePartitions({
    client,
    log,
    metrics: createMetrics(),
    onCrash: () => {},
    groupId: `${prefix}reader-${Math.random()}`,
    topics: [topic],
    position: async () => null,
    handle: async ({ partition, records, next }) => {
      left += records.length;
      reached.set(partition, next);
      return "done";
    },
  });
  const atEnd = () => {
    for (const { partition, high } of ends) expect(reached.get(partition) ?? 0).toBe(Number(high));
  };
  await eventually(atEnd, 30_000).finally(() => reader.stop());
  return { left, offsets: ends.reduce((sum, { high }) => sum + Number(high), 0) };
}

const gapsOf = async ({ metrics }: Awaited<ReturnType<typeof startProjector>>): Promise<number> =>
  (await metrics.gaps.get()).values.reduce((sum, { value }) => sum + value, 0);

const CALLS = 60;

/** The URI of a database for these topics only. */
function uriAt({ prefix }: TestTopics): string {
  const uri = new URL(stack.addresses.mongodb);
  uri.pathname = `/${prefix.replace(".", "")}`;
  return uri.href;
}

/**
 * Starts a projector that reads the first step of every call, stops it while the rest is published and the
 * cleaner works, and starts it again.
 */
async function beAway(opened: TestTopics, untilCleaned: () => Promise<void>) {
  const uri = uriAt(opened);
  const [first, ...rest] = roundsOf(CALLS) as [string[], ...string[][]];
  const stored = async ({ db }: Awaited<ReturnType<typeof startProjector>>) =>
    (await db.collection<{ payload: string }>("events").find().toArray())
      .map(({ payload }) => payload)
      .sort();
  const before = await startProjector(opened, { uri });
  await publishRounds(opened, [first]);
  await eventually(async () => expect(await stored(before)).toEqual(first.toSorted()), 30_000);
  await before.stop();
  await publishRounds(opened, rest);
  await untilCleaned();
  const lines: string[] = [];
  const log = createLog("test", "error", { write: (line) => void lines.push(line) });
  const after = await startProjector({ ...opened, log }, { uri });
  const logged = () => lines.map((line): { msg: string; gap?: number } => JSON.parse(line));
  return { after, logged, stored: () => stored(after), bodies: [first, ...rest].flat() };
}

test("a projector that was unavailable while the cleaner worked on topics with our settings loses nothing; with a minimum lag of 0 it detects, counts and logs the missing offsets and reads the rest", async () => {
  const ours = await openCleaned({});
  const careless = await openCleaned({ "min.compaction.lag.ms": "0", "max.compaction.lag.ms": "1000" });
  let cleaned: { left: number; offsets: number } | undefined;
  const [kept, lost] = await Promise.all([
    // the other topic lost most of its records meanwhile, which proves that the cleaner worked
    beAway(ours, () => eventually(() => expect(cleaned).toBeDefined(), 120_000)),
    beAway(careless, async () => {
      cleaned = await eventually(async () => {
        const read = await readLog(careless);
        expect(read.left).toBeLessThan(read.offsets / 2);
        return read;
      }, 90_000);
    }),
  ]);
  await eventually(async () => expect(await kept.stored()).toEqual(kept.bodies.toSorted()), 60_000);
  expect([await gapsOf(kept.after), await readLog(ours)]).toEqual([
    0,
    { left: kept.bodies.length, offsets: kept.bodies.length },
  ]);

  await eventually(async () => {
    const missing = lost.bodies.length - (await lost.stored()).length;
    expect(missing).toBeGreaterThan(0);
    expect(await gapsOf(lost.after)).toBe(missing);
    const reported = lost.logged().filter(({ msg }) => msg === "offsets are missing in the log");
    expect(reported.reduce((sum, { gap = 0 }) => sum + gap, 0)).toBe(missing);
    expect(await lagOf(lost.after)).toBe(0);
  }, 60_000);
  // the last record of each call is left, as compaction promises
  const last = roundsEnd(lost.bodies);
  expect(await lost.stored()).toEqual(expect.arrayContaining(last));
  expect([kept.after.crashes, lost.after.crashes]).toEqual([[], []]);
  await ours.close();
  await careless.close();
});

/**
 * Number of records of each call. The cleaner leaves two of them (4 %), because it never cleans the last
 * segment.
 */
const ROUNDS = 50;

/** Bodies of the same calls in each round. No two bodies are alike. */
const sameRounds = (calls: number): string[][] =>
  Array.from({ length: ROUNDS }, (_, round) =>
    Array.from(
      { length: calls },
      (__, n) => `{"type":"call.waiting","call_id":"holed-${n}","queue":"900","sid":"${n}-${round}"}`,
    ),
  );

test("if 95 % of the offsets are gone before a projector's first read, it stores the rest and reaches a lag of 0", async () => {
  const opened = await openCleaned({ "min.compaction.lag.ms": "0", "max.compaction.lag.ms": "1000" });
  const rounds = sameRounds(CALLS);
  // the cleaner skips the last segment, and keeps the last record of each call in those before it
  await publishRounds(opened, rounds, ROUNDS - 2);
  await eventually(async () => {
    const { left, offsets } = await readLog(opened);
    expect(left).toBeLessThan(offsets / 20);
  }, 120_000);
  const projector = await startProjector(opened, { uri: uriAt(opened) });
  await eventually(async () => {
    const events = await projector.db.collection<{ payload: string }>("events").find().toArray();
    expect(await lagOf(projector)).toBe(0);
    expect(events.map(({ payload }) => payload)).toEqual(expect.arrayContaining(rounds.at(-1)!));
  }, 60_000);
  expect(projector.crashes).toEqual([]);
  await opened.close();
});

const roundsEnd = (bodies: string[]): string[] => bodies.slice(-CALLS);

const lagOf = async ({ metrics }: Awaited<ReturnType<typeof startProjector>>): Promise<number> =>
  (await metrics.lagRecords.get()).values.reduce((sum, { value }) => sum + value, 0);
