import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { type ArrivedDeadLetter, type DeadLetter, type DeadLetters, InvalidCursor } from "@teravoz/domain";
import { at, freshTopic } from "./samples.ts";

type Opened = { deadLetters: DeadLetters; close: () => Promise<void> };

/** The time limit of a test, as for the store. */
const TEST_LIMIT_MS = 30_000;
const ALL = { limit: 1_000, cursor: null };

export const sampleDeadLetter = (sample: Partial<ArrivedDeadLetter> = {}): ArrivedDeadLetter => ({
  key: `call-${randomUUID()}`,
  type: "call.imagined",
  reason: "unprocessable",
  service: "ingest",
  first_seen: at(0),
  last_seen: at(0),
  source: null,
  body: randomBytes(40),
  ...sample,
});

/** The promises of dead letters, as tests. The dead letters that `open` gives may include others. */
export function deadLettersContract(name: string, open: () => Promise<Opened>): void {
  describe(`${name} keeps the promises of dead letters`, () => {
    jest.setTimeout(TEST_LIMIT_MS);
    let opened: Opened | undefined;
    const use = () => {
      if (!opened) throw new Error("the dead letters are not open yet");
      return opened.deadLetters;
    };
    beforeAll(async () => {
      opened = await open();
    });
    afterAll(() => opened?.close());

    describe("storing", () => describeAdding(use));
    describe("marking", () => describeMarking(use));
    describe("listing", () => describeListing(use));
    describe("bounds", () => describeBounds(use));
  });
}

type Use = () => DeadLetters;

/** Stores the dead letters as the first batch of a new partition. */
async function addAll(deadLetters: DeadLetters, arrived: ArrivedDeadLetter[]): Promise<DeadLetter[]> {
  const batch = { topic: freshTopic(), partition: 0, expected: null, next: arrived.length };
  expect(await deadLetters.add({ ...batch, deadLetters: arrived })).toEqual({ fenced: false });
  return Promise.all(arrived.map(async ({ key }) => onlyOne(deadLetters, key)));
}

async function onlyOne(deadLetters: DeadLetters, key: string | null): Promise<DeadLetter> {
  const { items } = await deadLetters.list({ key }, ALL);
  expect(items).toHaveLength(1);
  return items[0]!;
}

function describeAdding(use: Use): void {
  test("a dead letter is returned unchanged, to the last byte", async () => {
    const source = { topic: "call-events", partition: 3, offset: 7 };
    for (const sample of [
      {},
      { source, type: null },
      { type: "$where", reason: "$a.b" },
      { body: new Uint8Array() },
    ]) {
      const { body, ...arrived } = sampleDeadLetter(sample);
      const [stored] = await addAll(use(), [{ ...arrived, body }]);
      const status = { copies: 1, status: "waiting", status_at: expect.any(Date) };
      expect(stored).toEqual({ ...arrived, ...status, id: expect.stringMatching(/^[0-9a-f]{64}$/) });
      const found = await use().find(stored!.id);
      expect({ ...found, body: Buffer.from(found!.body!) }).toEqual({ ...stored, body: Buffer.from(body) });
    }
  });

  test("all copies of a body are one dead letter, with their number, the earliest and the latest time", async () => {
    const deadLetter = sampleDeadLetter({ first_seen: at(5), last_seen: at(5) });
    const copies = [deadLetter, { ...deadLetter, first_seen: at(9), last_seen: at(9) }];
    await use().add({ topic: freshTopic(), partition: 0, expected: null, next: 2, deadLetters: copies });
    const [stored] = await addAll(use(), [{ ...deadLetter, first_seen: at(2), last_seen: at(2) }]);
    expect(stored).toMatchObject({ copies: 3, first_seen: at(2), last_seen: at(9), status: "waiting" });
  });

  test("a delivery that became a dead letter twice counts as one copy, and a dead letter without a delivery id always counts", async () => {
    const deadLetter = sampleDeadLetter();
    const delivery = (delivery_id: string) => ({ ...deadLetter, delivery_id });
    const deadLetters = [delivery("a"), delivery("a"), delivery("b")];
    await use().add({ topic: freshTopic(), partition: 0, expected: null, next: 3, deadLetters });
    const [stored] = await addAll(use(), [delivery("a")]);
    expect([stored!.copies, JSON.stringify(stored)]).toEqual([2, expect.not.stringContaining("delivery_id")]);
    expect(JSON.stringify(await use().find(stored!.id))).not.toContain("delivery_id");
    expect(await addAll(use(), [deadLetter])).toMatchObject([{ copies: 3 }]);
  });

  test("a redriven dead letter stays redriven if a second record of the same delivery comes", async () => {
    const deadLetter = { ...sampleDeadLetter(), delivery_id: "a" };
    const [stored] = await addAll(use(), [deadLetter]);
    await use().mark(stored!, "redriven");
    expect(await addAll(use(), [deadLetter])).toMatchObject([{ status: "redriven", copies: 1 }]);
  });

  test("a batch is stored once, however often it is read, because a writer that expects another position is fenced", async () => {
    const deadLetter = sampleDeadLetter();
    const batch = { topic: freshTopic(), partition: 4, expected: null, next: 10, deadLetters: [deadLetter] };
    expect(await use().position(batch.topic, 4)).toBeNull();
    expect(await use().add(batch)).toEqual({ fenced: false });
    expect(await use().add(batch)).toEqual({ fenced: true });
    for (const expected of [0, 9, 11])
      expect(await use().add({ ...batch, expected, next: 20 })).toEqual({ fenced: true });
    expect(await use().position(batch.topic, 4)).toBe(10);
    expect((await onlyOne(use(), deadLetter.key)).copies).toBe(1);
    expect(await use().add({ ...batch, expected: 10, next: 20, deadLetters: [] })).toEqual({ fenced: false });
    expect(await use().position(batch.topic, 4)).toBe(20);
  });

  test("the same body in many partitions at the same time is one dead letter with all its copies", async () => {
    const deadLetter = sampleDeadLetter();
    const batch = {
      topic: freshTopic(),
      expected: null,
      next: 3,
      deadLetters: [deadLetter, deadLetter, deadLetter],
    };
    await Promise.all([0, 1, 2, 3].map((partition) => use().add({ ...batch, partition })));
    expect((await onlyOne(use(), deadLetter.key)).copies).toBe(12);
  });
}

function describeMarking(use: Use): void {
  test("a redriven dead letter has the status redriven, and waits again if another copy comes", async () => {
    const deadLetter = sampleDeadLetter();
    const [stored] = await addAll(use(), [deadLetter]);
    expect(await use().mark(stored!, "redriven")).toMatchObject({ status: "redriven", copies: 1 });
    expect((await use().find(stored!.id))!.body).not.toBeNull();
    const [again] = await addAll(use(), [{ ...deadLetter, reason: "unstorable" }]);
    expect(again).toMatchObject({ status: "waiting", copies: 2, reason: "unstorable", first_seen: at(0) });
  });

  test("a dead letter stays waiting if another copy comes while it is redriven", async () => {
    const deadLetter = sampleDeadLetter();
    const [read] = await addAll(use(), [deadLetter]);
    await addAll(use(), [deadLetter]);
    expect(await use().mark(read!, "redriven")).toMatchObject({ status: "waiting", copies: 2 });
    expect(await onlyOne(use(), deadLetter.key)).toMatchObject({ status: "waiting", copies: 2 });
  });

  test("a dropped dead letter loses its body, and stays dropped after another copy or a redrive", async () => {
    const deadLetter = sampleDeadLetter();
    const [stored] = await addAll(use(), [deadLetter]);
    expect(await use().mark(stored!, "dropped")).toMatchObject({ status: "dropped" });
    expect((await use().find(stored!.id))!.body).toBeNull();
    const [again] = await addAll(use(), [deadLetter]);
    expect(again).toMatchObject({ status: "dropped", copies: 2 });
    expect((await use().find(stored!.id))!.body).toBeNull();
    expect(await use().mark(again!, "redriven")).toMatchObject({ status: "dropped" });
  });

  test("an unknown dead letter is not found and cannot be marked", async () => {
    const id = "0".repeat(64);
    expect(await use().find(id)).toBeNull();
    expect(await use().mark({ id, copies: 1 }, "redriven")).toBeNull();
    expect(await use().mark({ id, copies: 1 }, "dropped")).toBeNull();
  });

  test("countWaiting counts the dead letters that wait", async () => {
    const before = await use().countWaiting();
    const [one] = await addAll(use(), [sampleDeadLetter(), sampleDeadLetter(), sampleDeadLetter()]);
    await use().mark(one!, "redriven");
    expect(await use().countWaiting()).toBe(before + 2);
  });
}

function describeListing(use: Use): void {
  test("dead letters are listed newest first, page by page, each once, without their bodies", async () => {
    const reason = randomUUID();
    const seconds = [3, 1, 2, 2, 5, 2, 4];
    const stored = await addAll(
      use(),
      seconds.map((second) => sampleDeadLetter({ reason, first_seen: at(second) })),
    );
    const pages: DeadLetter[][] = [];
    for (let cursor: string | null = null, more = true; more; ) {
      const page = await use().list({ reason }, { limit: 3, cursor });
      pages.push(page.items);
      cursor = page.next;
      more = cursor !== null;
    }
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1]);
    const listed = pages.flat();
    expect(listed.map(({ first_seen }) => first_seen)).toEqual([5, 4, 3, 2, 2, 2, 1].map(at));
    expect(listed.map(({ id }) => id).sort()).toEqual(stored.map(({ id }) => id).sort());
    expect(listed.some((deadLetter) => "body" in deadLetter)).toBe(false);
  });

  test("a full last page has no next page", async () => {
    const reason = randomUUID();
    await addAll(use(), [sampleDeadLetter({ reason }), sampleDeadLetter({ reason })]);
    expect((await use().list({ reason }, { limit: 2, cursor: null })).next).toBeNull();
  });

  test("each field filters by equality, and the bounds of the times are inclusive", async () => {
    const reason = randomUUID();
    const [one, two, three] = await addAll(use(), [
      sampleDeadLetter({ reason, first_seen: at(1), type: "a" }),
      sampleDeadLetter({ reason, first_seen: at(2), type: null }),
      sampleDeadLetter({ reason, first_seen: at(3), type: "a" }),
    ]);
    await use().mark(three!, "dropped");
    const ids = async (filter: object) =>
      (await use().list({ reason, ...filter }, ALL)).items.map(({ id }) => id);
    expect(await ids({})).toEqual([three!.id, two!.id, one!.id]);
    expect(await ids({ type: "a" })).toEqual([three!.id, one!.id]);
    expect(await ids({ key: two!.key })).toEqual([two!.id]);
    expect(await ids({ status: "dropped" })).toEqual([three!.id]);
    expect(await ids({ since: at(2), until: at(2) })).toEqual([two!.id]);
    expect(await ids({ since: at(2) })).toEqual([three!.id, two!.id]);
    expect(await ids({ until: at(2) })).toEqual([two!.id, one!.id]);
    for (const type of ["$where", "", "^a", ".*"]) expect(await ids({ type })).toEqual([]);
    expect(await ids({ type: undefined, since: undefined })).toHaveLength(3);
  });

  test.each(["", "x", "MA", "MTox", "OTk5OTk5OTk5OTk5OTk5OTk5", "é"])(
    "a cursor that no earlier page gave is refused: %j",
    async (cursor) => {
      await expect(use().list({}, { limit: 1, cursor })).rejects.toBeInstanceOf(InvalidCursor);
    },
  );
}

function describeBounds(use: Use): void {
  const ids = async () => (await use().list({}, ALL)).items.map(({ id }) => id);

  test("dead letters whose last copy is too old are deleted, and those that still waited are counted separately", async () => {
    const [redriven, waiting, seenAgain] = await addAll(use(), [
      sampleDeadLetter({ first_seen: at(-200), last_seen: at(-200) }),
      sampleDeadLetter({ first_seen: at(-200), last_seen: at(-200) }),
      sampleDeadLetter({ first_seen: at(-200), last_seen: at(-50) }),
    ]);
    await use().mark(redriven!, "redriven");
    expect(await use().discardOld(at(-100))).toEqual({ waiting: 1, settled: 1 });
    expect(await use().discardOld(at(-100))).toEqual({ waiting: 0, settled: 0 });
    expect(await use().find(waiting!.id)).toBeNull();
    expect(await ids()).toContain(seenAgain!.id);
  });

  test("above the limit of bytes settled dead letters are deleted first, then the oldest of those that wait", async () => {
    const all = await ids();
    const { waiting, settled } = await use().discardExcess(0);
    expect([waiting + settled, await ids()]).toEqual([all.length, []]);
    const body = () => randomBytes(10_000);
    const deadLetters = Array.from({ length: 20 }, (_, n) =>
      sampleDeadLetter({ first_seen: at(n), body: body() }),
    );
    const stored = await addAll(use(), [
      ...deadLetters,
      sampleDeadLetter({ first_seen: at(99), body: body() }),
    ]);
    await use().mark(stored.at(-1)!, "redriven");
    expect(await use().discardExcess(1_000_000)).toEqual({ waiting: 0, settled: 0 });
    const discarded = await use().discardExcess(105_000);
    expect(discarded.settled).toBe(1);
    const left = stored.slice(discarded.waiting, -1);
    expect(left.length).toBeGreaterThanOrEqual(8);
    expect(left.length).toBeLessThanOrEqual(10);
    expect(await ids()).toEqual(left.map(({ id }) => id).reverse());
    expect(await use().discardExcess(105_000)).toEqual({ waiting: 0, settled: 0 });
  });
}
