import { expect, test } from "@jest/globals";
import { type Change, Unavailable } from "@teravoz/domain";
import { type ConsumedBatch, type OutgoingRecord, topicNames, Undecodable } from "@teravoz/kafka";
import { createLog, createMetrics } from "@teravoz/runtime";
import { createPark, notifyChanges } from "./notices.ts";

const CAME_AT = new Date("2026-01-02T03:04:05.678Z");
const batch: ConsumedBatch = {
  topic: "test.call-events",
  partition: 3,
  expected: 0,
  records: [],
  stored: [],
  next: 9,
};
const record = {
  offset: 7,
  key: Buffer.from("1.2"),
  value: Buffer.from("x"),
  headers: {},
  timestamp: CAME_AT.getTime(),
};

/** Creates outlets that keep the published records. `publish` is called before each of them. */
function createOutlets(publish = async () => {}) {
  const published: OutgoingRecord[] = [];
  const logged: string[] = [];
  const encodeChange = async (change: Change) => Buffer.from(JSON.stringify(change));
  const outlets = {
    codec: { encodeChange } as unknown as Parameters<typeof notifyChanges>[0]["codec"],
    publisher: {
      publish: async (outgoing: OutgoingRecord) => {
        await publish();
        published.push(outgoing);
      },
      check: () => ({ ok: true }),
      stop: async () => {},
    },
    topics: topicNames("test."),
    log: createLog("test", "info", { write: (line) => void logged.push(line) }),
    metrics: createMetrics(),
  };
  return { outlets, published, logged };
}

test("a record is parked as it was read, with the reason, its place in the log and the broker's stamp", async () => {
  const { outlets, published } = createOutlets();
  await createPark(outlets)(record, batch, new Undecodable("unknown-schema"));
  expect(published).toEqual([
    {
      topic: "test.dead-letters",
      key: "1.2",
      value: record.value,
      headers: {
        reason: "unknown-schema",
        service: "projector",
        first_seen: "2026-01-02T03:04:05.678Z",
        topic: "test.call-events",
        partition: "3",
        offset: "7",
      },
    },
  ]);
  expect((await outlets.metrics.parked.get()).values).toMatchObject([
    { labels: { reason: "unknown-schema" }, value: 1 },
  ]);
});

test("a record that can be read but never stored is parked as unstorable, and the message of its error is not logged", async () => {
  const { outlets, published, logged } = createOutlets();
  await createPark(outlets)(record, batch, new Error("dup key: 5511999998888"));
  expect(published[0]!.headers!.reason).toBe("unstorable");
  expect(logged).toHaveLength(1);
  expect(logged[0]).not.toContain("5511999998888");
});

test("a record is parked once, even if its batch is tried again while it is being parked", async () => {
  const { outlets, published } = createOutlets();
  const park = createPark(outlets);
  const error = new Undecodable("not-avro");
  await Promise.all([park(record, batch, error), park(record, batch, error)]);
  await park(record, batch, error);
  expect(published).toHaveLength(1);
  await park({ ...record, offset: 8 }, batch, error);
  expect(published).toHaveLength(2);
});

test("a record that could not be parked is parked by the next try", async () => {
  let away = true;
  const { outlets, published } = createOutlets(async () => {
    if (away) throw new Unavailable("away");
  });
  const park = createPark(outlets);
  await expect(park(record, batch, new Undecodable("not-avro"))).rejects.toThrow(Unavailable);
  away = false;
  await park(record, batch, new Undecodable("not-avro"));
  expect(published).toHaveLength(1);
});

test("every change is notified under its key, however many there are", async () => {
  const { outlets, published } = createOutlets();
  const changes = Array.from(
    { length: 4_500 },
    (_, n): Change => ({ key: `call-${n}`, kind: "call", version: n, erased: false }),
  );
  await notifyChanges(outlets, changes);
  expect(published.map(({ topic, key }) => [topic, key])).toEqual(
    changes.map(({ key }) => ["test.call-changes", key]),
  );
  expect(JSON.parse(published[9]!.value!.toString())).toEqual(changes[9]);
});

test("notifyChanges fails if one notice is not acknowledged", async () => {
  let sent = 0;
  const { outlets } = createOutlets(async () => {
    sent += 1;
    if (sent === 2) throw new Unavailable("away");
  });
  const changes = ["1", "2", "3"].map((key): Change => ({ key, kind: "call", version: 1, erased: false }));
  await expect(notifyChanges(outlets, changes)).rejects.toThrow(Unavailable);
});
