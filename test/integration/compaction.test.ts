import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createOutlet } from "@teravoz/ingest";
import { consumePartitions, topicSettings, withAdmin } from "@teravoz/kafka";
import { createLog, createMetrics } from "@teravoz/runtime";
import { eventOf } from "../support/erasing.ts";
import { eventually } from "../support/eventually.ts";
import { openTopics, type TestTopics } from "../support/kafka.ts";
import { type OwnParts, type OwnStack, openOwnStack } from "../support/own-stack.ts";
import { startProjector } from "../support/projector-in-process.ts";
import { bodiesOf } from "../support/traffic.ts";

/** kafkajs's ConfigResourceTypes. */
const [TOPIC, BROKER] = [2, 4];

let stack: OwnParts;
let own: OwnStack;
beforeAll(async () => {
  // its cleaner is driven hard
  own = await openOwnStack();
  stack = own.stack;
});
afterAll(async () => {
  await own?.close();
});

/** Topics with the settings that `topics` gives them, `changed`, in segments of a fifth of a second, cleaned whenever they can be. */
async function openCleaned(changed: Record<string, string>): Promise<TestTopics> {
  const { kafka, registry } = stack.addresses;
  const opened = await openTopics({ KAFKA_BROKERS: kafka, SCHEMA_REGISTRY_URL: registry });
  const name = opened.topics.callEvents;
  const hurried = { "segment.ms": "200", "min.cleanable.dirty.ratio": "0.01", ...changed };
  const settings = Object.entries({ ...topicSettings(opened.topics)[name], ...hurried });
  const configEntries = settings.map(([each, value]) => ({ name: each, value }));
  await withAdmin(opened.client, async (admin) => {
    // every 15 s by default
    const often = [{ name: "log.cleaner.backoff.ms", value: "100" }];
    const resources = [
      { type: TOPIC, name, configEntries },
      { type: BROKER, name: "1", configEntries: often },
    ];
    await admin.alterConfigs({ validateOnly: false, resources });
  });
  return opened;
}

/** The steps of so many calls, each step of all calls together. */
function roundsOf(calls: number): string[][] {
  const all = Array.from({ length: calls }, (_, n) => bodiesOf("delegated", n));
  return all[0]!.map((_, step) => all.map((bodies) => bodies[step]!));
}

/** Each round in a segment of its own, or the first `together` rounds in one. */
async function publishRounds(opened: TestTopics, rounds: string[][], together = 0): Promise<void> {
  const outlet = createOutlet({ ...opened, publisher: opened.publisher() });
  for (const [n, bodies] of rounds.entries()) {
    await Promise.all(bodies.map((body) => outlet.publish(eventOf(body))));
    // a segment is closed by the first record past its time
    if (n + 1 >= together) await sleep(300);
  }
}

/** How many records are left in the log of the calls, and how many offsets it has had. */
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

/** A database of its own. */
function uriAt({ prefix }: TestTopics): string {
  const uri = new URL(stack.addresses.mongodb);
  uri.pathname = `/${prefix.replace(".", "")}`;
  return uri.href;
}

/** A projector reads a first step of every call, is away while the rest is published and the cleaner works, and comes back. */
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

test("a projector that was away while the cleaner ran over topics with our settings loses nothing; with no minimum lag it sees what is gone, counts it and goes on", async () => {
  const ours = await openCleaned({});
  const careless = await openCleaned({ "min.compaction.lag.ms": "0", "max.compaction.lag.ms": "1000" });
  let cleaned: { left: number; offsets: number } | undefined;
  const [kept, lost] = await Promise.all([
    // what proves that the cleaner was at work: the other topic lost most of its records meanwhile
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
  // the last of each call was left, as compaction promises
  const last = roundsEnd(lost.bodies);
  expect(await lost.stored()).toEqual(expect.arrayContaining(last));
  expect([kept.after.crashes, lost.after.crashes]).toEqual([[], []]);
  await ours.close();
  await careless.close();
});

/** Of so many records of each call the cleaner leaves two, because it never cleans the segment at the end: 4 %. */
const ROUNDS = 50;

/** Bodies of the same calls, each unlike any other. */
const sameRounds = (calls: number): string[][] =>
  Array.from({ length: ROUNDS }, (_, round) =>
    Array.from(
      { length: calls },
      (__, n) => `{"type":"call.waiting","call_id":"holed-${n}","queue":"900","sid":"${n}-${round}"}`,
    ),
  );

test("where 95 % of the offsets are gone before a projector first reads, it comes to the end: what is left is stored, nothing is behind", async () => {
  const opened = await openCleaned({ "min.compaction.lag.ms": "0", "max.compaction.lag.ms": "1000" });
  const rounds = sameRounds(CALLS);
  // the cleaner leaves the segment at the end alone, and of those before it the last record of each call
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
