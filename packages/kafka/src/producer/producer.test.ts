import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { OutcomeUnknown, RefusedForGood } from "@teravoz/domain";
import { createLog, createMetrics } from "@teravoz/runtime";
import type { ProducerBatch } from "kafkajs";
import type { KafkaClient } from "../client/client.ts";
import { createPublisher, type PartitionPublisher, type PublisherLimits } from "./producer.ts";

const LARGEST = 1_000;
const CODES = { MESSAGE_TOO_LARGE: 10, LEADER_NOT_AVAILABLE: 5 };
const log = createLog("test", "silent");

/** Creates brokers that answer each partition as `broken` says and keep the records that they accept. */
function createBrokers() {
  const taken: { destination: string; value: string }[] = [];
  const opened = { producers: 0 };
  /**
   * The failure of each broken destination: an error for the partition, no answer at all, or an error of the whole
   * send.
   */
  const broken = new Map<string, "answer" | "silence" | "throw">();
  const sendBatch = async ({ topicMessages = [] }: ProducerBatch) => {
    const records = topicMessages.flatMap(({ topic, messages }) =>
      messages.map(({ partition, value }) => ({
        topic,
        partition: partition!,
        destination: `${topic}:${partition}`,
        value: String(value),
      })),
    );
    const faults = records.map(({ destination }) => broken.get(destination));
    if (faults.includes("silence")) await new Promise(() => {});
    if (faults.includes("throw")) throw new Error("a broker is unavailable");
    return [...Map.groupBy(records, ({ destination }) => destination)].map(([destination, all]) => {
      const { topic, partition } = all[0]!;
      const tooLarge = all.reduce((sum, { value }) => sum + value.length, 0) > LARGEST;
      const failed = tooLarge ? "MESSAGE_TOO_LARGE" : broken.has(destination) ? "LEADER_NOT_AVAILABLE" : null;
      const baseOffset = String(taken.filter((each) => each.destination === destination).length);
      if (!failed) taken.push(...all);
      return { topicName: topic, partition, errorCode: failed ? CODES[failed] : 0, baseOffset };
    });
  };
  const producer = () => {
    opened.producers++;
    return { connect: async () => {}, disconnect: async () => {}, sendBatch };
  };
  const client = { open: () => ({ producer }) } as unknown as KafkaClient;
  return { client, broken, taken, opened };
}

const open: PartitionPublisher[] = [];
beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(async () => {
  await outcome(Promise.all(open.splice(0).map((publisher) => publisher.stop())));
  jest.useRealTimers();
});

/** Advances the clock until the work ends and returns its outcome, so that a slow machine changes nothing. */
async function outcome<T>(work: Promise<T>): Promise<T> {
  let pending = true;
  const end = () => {
    pending = false;
  };
  work.then(end, end);
  while (pending) await jest.advanceTimersByTimeAsync(5);
  return work;
}

function stage(limits: Partial<PublisherLimits> = {}) {
  const brokers = createBrokers();
  const publisher = createPublisher({
    client: brokers.client,
    log,
    metrics: createMetrics(),
    limits: { deadlineMs: 600, retryMs: 50, ...limits },
  });
  open.push(publisher);
  const send = (partition: number, value = "x", topic = "calls") =>
    publisher.publish({ topic, key: "k", partition, value: Buffer.from(value) });
  const toEach = (count = 12) =>
    outcome(Promise.allSettled(Array.from({ length: count }, (_, n) => send(n % 12, `${n}`))));
  return { ...brokers, publisher, send, toEach };
}

const rejected = (outcomes: PromiseSettledResult<void>[]) =>
  outcomes.flatMap((outcome, n) => (outcome.status === "rejected" ? [n] : []));

test.each(["answer", "throw"] as const)(
  "a partition that fails (%s) blocks no other, not even those of its batch, and only its own records reach their deadline",
  async (how) => {
    const { broken, toEach, publisher } = stage();
    broken.set("calls:7", how);
    const outcomes = await toEach(120);
    expect(rejected(outcomes)).toEqual(Array.from({ length: 10 }, (_, n) => 7 + 12 * n));
    expect((outcomes[7] as PromiseRejectedResult).reason).toBeInstanceOf(OutcomeUnknown);
    expect(publisher.check()).toEqual({ ok: true });
    expect(publisher.partitions()).toMatchObject({
      ok: false,
      tolerated: true,
      reason: expect.stringContaining("calls:7 accepts no records"),
    });
    expect(publisher.takes({ topic: "calls", key: "k", partition: 7 })).toBe(false);
    expect(publisher.takes({ topic: "calls", key: "k", partition: 4 })).toBe(true);
  },
);

test("a partition that never answers delays its batch only once, and no record of another partition is refused", async () => {
  const { broken, toEach } = stage();
  broken.set("calls:7", "silence");
  expect(rejected(await toEach())).toEqual([7]);
  expect(rejected(await toEach())).toEqual([7]);
});

test("a partition that accepts records again gets them in their order and then shares a producer again", async () => {
  const { broken, taken, opened, send, publisher, toEach } = stage();
  broken.set("calls:7", "answer");
  const waiting = Promise.all(Array.from({ length: 30 }, (_, n) => send(7, `${n}`)));
  await toEach(6);
  broken.clear();
  await outcome(waiting);
  const values = taken.filter(({ destination }) => destination === "calls:7").map(({ value }) => value);
  expect(values.slice(0, 30)).toEqual(Array.from({ length: 30 }, (_, n) => `${n}`));
  expect(publisher.partitions()).toEqual({ ok: true });
  await toEach();
  const before = opened.producers;
  await toEach();
  expect(opened.producers).toBe(before);
});

test("a record that Kafka refuses for its size is refused permanently, and the other records of its batch are acknowledged", async () => {
  const { send, publisher } = stage();
  const large = "x".repeat(LARGEST + 1);
  const outcomes = await outcome(
    Promise.allSettled(Array.from({ length: 20 }, (_, n) => send(3, n === 11 ? large : `${n}`))),
  );
  expect(rejected(outcomes)).toEqual([11]);
  expect((outcomes[11] as PromiseRejectedResult).reason).toBeInstanceOf(RefusedForGood);
  expect(publisher.takes({ topic: "calls", key: "k", partition: 3 })).toBe(true);
});

test("a partition that accepts nothing fills only its share of the queue", async () => {
  const { broken, send } = stage({ maxQueueRecords: 120 });
  broken.set("calls:7", "answer");
  await outcome(Promise.allSettled([send(7)]));
  const flood = Promise.allSettled(Array.from({ length: 500 }, () => send(7)));
  await outcome(Promise.all(Array.from({ length: 60 }, () => send(6))));
  expect(rejected(await outcome(flood)).length).toBe(500);
});

test("the check fails while the brokers acknowledge nothing, and is ok once they acknowledge again", async () => {
  const { broken, toEach, publisher } = stage();
  for (let n = 0; n < 12; n++) broken.set(`calls:${n}`, "answer");
  await toEach();
  expect(publisher.check()).toEqual({ ok: false, reason: "the brokers acknowledge nothing" });
  broken.clear();
  await toEach();
  expect(publisher.check()).toEqual({ ok: true });
});

test("a record without a key goes to a partition that accepts it", async () => {
  const { broken, send, publisher } = stage();
  broken.set("calls:7", "answer");
  await outcome(Promise.allSettled([send(7)]));
  const keyless = { topic: "calls", key: null };
  expect(publisher.takes(keyless)).toBe(true);
  await outcome(
    Promise.all(Array.from({ length: 24 }, () => publisher.publish({ ...keyless, value: Buffer.from("x") }))),
  );
});

test("a stop sends the waiting records of a partition that accepts them in time", async () => {
  const { broken, send, publisher } = stage();
  broken.set("calls:7", "answer");
  const waiting = [send(7), send(8)];
  await outcome(waiting[1]!);
  const stopped = publisher.stop();
  broken.clear();
  await outcome(Promise.all([...waiting, stopped]));
});
