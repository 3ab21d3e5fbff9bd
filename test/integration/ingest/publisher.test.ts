import { type AddressInfo, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { OutcomeUnknown, RefusedForGood, Unavailable } from "@teravoz/domain";
import { createClient, followTopic, type OutgoingRecord, type TailRecord, withAdmin } from "@teravoz/kafka";
import { eventually } from "../../support/eventually.ts";
import { openTopics, type TestTopics } from "../../support/stack/kafka.ts";

let opened: TestTopics;
beforeAll(async () => {
  opened = await openTopics();
});
afterAll(() => opened.close());

const record = (n: number): OutgoingRecord => ({
  topic: opened.topics.deadLetters,
  key: `key-${n}`,
  value: Buffer.from(`value-${n}`),
  headers: { reason: "test" },
});

/** Returns all records that arrive in dead-letters from now on. */
async function follow(): Promise<TailRecord[]> {
  const records: TailRecord[] = [];
  const { client, log, metrics, topics } = opened;
  let following = false;
  const follower = followTopic({
    client,
    topic: topics.deadLetters,
    groupPrefix: `${opened.prefix}tail-`,
    log,
    metrics,
    handle: async (batch) => void records.push(...batch),
    onResync: () => {
      following = true;
    },
    onCrash: (error) => {
      throw error;
    },
  });
  opened.closing(follower.stop);
  await eventually(() => expect([following, follower.check()]).toEqual([true, { ok: true }]));
  return records;
}

test("each acknowledged record is in the log once, even if many are sent together", async () => {
  const followed = await follow();
  const publisher = opened.publisher();
  await Promise.all(Array.from({ length: 3_000 }, (_, n) => publisher.publish(record(n))));
  await eventually(() => expect(followed.length).toBeGreaterThanOrEqual(3_000));
  const values = followed.map(({ value }) => value!.toString());
  expect(new Set(values).size).toBe(3_000);
  expect(values.length).toBe(3_000);
  expect(Math.abs(followed[0]!.timestamp - Date.now())).toBeLessThan(60_000);
});

test("records in flight while the process is stopped for 12 s are all acknowledged", async () => {
  const publisher = opened.publisher();
  await publisher.publish(record(0));
  for (const afterMs of [0, 3]) {
    const sending = Array.from({ length: 50 }, (_, n) => publisher.publish(record(n)));
    // some wait for their batch, others are with the brokers
    await sleep(afterMs);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 12_000);
    const outcomes = await Promise.allSettled(sending);
    expect(outcomes.filter(({ status }) => status === "rejected")).toEqual([]);
  }
});

test("records that are published right after a batch was sent are sent too", async () => {
  // a record that is never sent is refused at its deadline
  const publisher = opened.publisher({ deadlineMs: 10_000 });
  for (let n = 0; n < 100; n++) {
    const burst = Array.from({ length: 1 + (n % 3) }, (_, each) => publisher.publish(record(n + each)));
    await Promise.all(burst);
  }
  for (let n = 0; n < 300; n++) {
    const first = publisher.publish(record(0));
    // at every distance in microtasks from the acknowledgement of the previous record
    await first;
    for (let ticks = 0; ticks < n % 12; ticks++) await null;
    await publisher.publish(record(0));
  }
});

test("a full queue refuses at once, and accepts records again after it has drained", async () => {
  const publisher = opened.publisher({ maxQueueRecords: 10 });
  await publisher.publish(record(0));
  const outcomes = await Promise.allSettled(
    Array.from({ length: 50 }, (_, n) => publisher.publish(record(n))),
  );
  const refused = outcomes.filter(({ status }) => status === "rejected");
  expect(refused.length).toBe(40);
  expect((refused[0] as PromiseRejectedResult).reason).toBeInstanceOf(Unavailable);
  await publisher.publish(record(1));
});

test("a queue that is full in bytes refuses records", async () => {
  const publisher = opened.publisher({ maxQueueBytes: 100_000 });
  const big = { ...record(0), value: Buffer.alloc(60_000) };
  const [first, second] = await Promise.allSettled([publisher.publish(big), publisher.publish(big)]);
  expect([first.status, second.status]).toEqual(["fulfilled", "rejected"]);
});

test("without a broker a record is refused at its deadline", async () => {
  const config = { ...opened.config, KAFKA_BROKERS: ["127.0.0.1:1"] };
  const nowhere = createClient({ config, clientId: "test", log: opened.log });
  const publisher = opened.publisher({ deadlineMs: 500 }, nowhere);
  expect(publisher.check().ok).toBe(false);
  const began = performance.now();
  const refusal = await publisher.publish(record(0)).catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(Unavailable);
  // the record never left this process
  expect(refusal).not.toBeInstanceOf(OutcomeUnknown);
  const tookMs = performance.now() - began;
  expect(tookMs).toBeGreaterThan(450);
  expect(tookMs).toBeLessThan(4_000);
});

/** Opens a broker that accepts connections and answers nothing. Returns its address. */
async function openFrozen(): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).resume();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  opened.closing(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a frozen first broker of KAFKA_BROKERS stops no publisher and no admin client", async () => {
  const config = { ...opened.config, KAFKA_BROKERS: [await openFrozen(), ...opened.config.KAFKA_BROKERS] };
  const client = createClient({ config, clientId: "test", log: opened.log });
  const publisher = opened.publisher({}, client);
  await publisher.publish(record(0));
  await eventually(() => expect(publisher.check()).toEqual({ ok: true }));
  // each client begins with another broker of the two
  for (let n = 0; n < 2; n++) await withAdmin(client, (admin) => admin.listTopics());
});

test("a record larger than its topic allows is permanently refused, and the others of its batch are acknowledged", async () => {
  const publisher = opened.publisher();
  await withAdmin(opened.client, (admin) =>
    admin.alterConfigs({
      validateOnly: false,
      resources: [
        // in kafkajs the resource type of a topic is 2
        {
          type: 2,
          name: opened.topics.deadLetters,
          configEntries: [{ name: "max.message.bytes", value: "1000" }],
        },
      ],
    }),
  );
  const large = { ...record(11), value: Buffer.alloc(2_000) };
  await eventually(() => expect(publisher.publish(large)).rejects.toBeInstanceOf(RefusedForGood));
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, n) =>
      publisher.publish(n === 11 ? large : { ...record(n), key: "key-11" }),
    ),
  );
  const refused = outcomes.flatMap(({ status }, n) => (status === "rejected" ? [n] : []));
  expect(refused).toEqual([11]);
  expect([publisher.check(), publisher.partitions()]).toEqual([{ ok: true }, { ok: true }]);
});

test("a missing topic delays no other topic, and gets its records once it exists", async () => {
  const publisher = opened.publisher();
  const missing = { ...record(0), topic: `${opened.prefix}missing` };
  const [refusal] = await Promise.allSettled([publisher.publish(missing), publisher.publish(record(1))]);
  expect(refusal.status).toBe("rejected");
  expect(publisher.partitions().reason).toContain(missing.topic);
  expect(publisher.takes(missing)).toBe(false);
  await withAdmin(opened.client, async (admin) => {
    await admin.createTopics({ topics: [{ topic: missing.topic, numPartitions: 12 }] });
    await eventually(() => publisher.publish(missing));
    expect(publisher.partitions()).toEqual({ ok: true });
    await admin.deleteTopics({ topics: [missing.topic] });
  });
});

test("a stopping publisher sends the waiting records and refuses later ones", async () => {
  const publisher = opened.publisher();
  const waiting = Array.from({ length: 100 }, (_, n) => publisher.publish(record(n)));
  await publisher.stop();
  await Promise.all(waiting);
  await expect(publisher.publish(record(0))).rejects.toThrow(Unavailable);
});
