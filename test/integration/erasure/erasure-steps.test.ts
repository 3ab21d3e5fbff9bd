import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { Unavailable } from "@teravoz/domain";
import { type Publisher, partitionOf } from "@teravoz/kafka";
import type { MongoStore } from "@teravoz/store";
import { eventually } from "../../support/eventually.ts";
import { ask, type Erasing, findText, openErasing, untilClean } from "../../support/services/erasing.ts";
import { openTopics, readTopic, type TestTopics } from "../../support/stack/kafka.ts";

const PATIENCE_MS = 60_000;
const NUMBER = "5511987650000";

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

/**
 * Simulates the death of a process. It stops at the first call of `work` that `isMeant` selects, after that
 * call if `isDone`, else before it. `bury` then lets the consumer in this process stop.
 */
function createDeath() {
  const [died, buried] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const at =
    <A extends unknown[], R>(
      work: (...args: A) => Promise<R>,
      isDone: boolean,
      isMeant = (..._: A) => true,
    ) =>
    async (...args: A): Promise<R> => {
      if (!isMeant(...args)) return work(...args);
      if (isDone) await work(...args);
      died.resolve();
      await buried.promise;
      throw new Unavailable("dead");
    };
  return { at, died: died.promise, bury: buried.resolve };
}

/** Runs a projector until it dies as `seamsOf` says. */
async function projectUntilDeath(seamsOf: (death: ReturnType<typeof createDeath>) => Seams): Promise<void> {
  const death = createDeath();
  const dying = erasing.project(seamsOf(death));
  await death.died;
  const stopped = dying.stop();
  death.bury();
  await stopped;
}

type Seams = { store?: (store: MongoStore) => MongoStore; publisher?: (publisher: Publisher) => Publisher };

const hasErasure: (...args: Parameters<MongoStore["apply"]>) => boolean = ({ erasures = [] }) =>
  erasures.length > 0;
const isNotice = ({ topic }: { topic: string }) => topic === opened.topics.callChanges;
const isAnswer = ({ value }: { value: Buffer | null }) => value === null;
const erasureSteps: Record<string, (death: ReturnType<typeof createDeath>) => Seams> = {
  "before the transaction": ({ at }) => ({
    store: (store) => ({ ...store, apply: at(store.apply, false, hasErasure) }),
  }),
  "after the transaction": ({ at }) => ({
    store: (store) => ({ ...store, apply: at(store.apply, true, hasErasure) }),
  }),
  "after clearing up": ({ at }) => ({
    store: (store) => ({ ...store, forget: at(store.forget, true, (erased) => erased.length > 0) }),
  }),
  "before the notice": ({ at }) => ({
    publisher: (publisher) => ({ ...publisher, publish: at(publisher.publish, false, isNotice) }),
  }),
  "after the notice": ({ at }) => ({
    publisher: (publisher) => ({ ...publisher, publish: at(publisher.publish, true, isNotice) }),
  }),
};

test.each(Object.keys(erasureSteps))(
  "if a projector dies %s of an erasure, the next one completes it",
  async (step) => {
    const first = erasing.project();
    await erasing.publish([body("1"), body("1", "call.finished")]);
    await eventually(async () => expect(await erasing.storedPayloads()).toHaveLength(2), PATIENCE_MS);
    await first.stop();
    expect((await ask(erasing.url, "DELETE", "/calls/1")).status).toBe(202);
    await projectUntilDeath(erasureSteps[step]!);
    // written by another process while the dead one held the partition
    type DeadLetterDocument = { _id: string; key: string; first_seen: Date; body: string };
    const deadLetter = { _id: "x", key: "1", first_seen: new Date(), body: body("1") };
    await erasing.db.collection<DeadLetterDocument>("dead_letters").insertOne(deadLetter);
    erasing.project();
    await untilClean(erasing.url, "/calls/1");
    await eventually(async () => expect(await findText(erasing, NUMBER)).toEqual([]), PATIENCE_MS);
    await eventually(async () => {
      const notices = await readTopic(opened, opened.topics.callChanges);
      const changes = await Promise.all(notices.map(({ value }) => opened.codec.decodeChange(value!)));
      expect(changes.at(-1)).toMatchObject({ key: "1", erased: true });
    }, PATIENCE_MS);
  },
  120_000,
);

test("a projector that dies right after the receipt says clean leaves nothing behind, not even in past calls", async () => {
  type Past = { _id: string; their_number: string };
  await erasing.db.collection<Past>("past_march").insertOne({ _id: "1", their_number: NUMBER });
  expect((await ask(erasing.url, "DELETE", "/calls/1")).status).toBe(202);
  await projectUntilDeath(erasureSteps["after the transaction"]!);
  await untilClean(erasing.url, "/calls/1");
  expect(await findText(erasing, NUMBER)).toEqual([]);
});

const answerSteps: Record<string, (death: ReturnType<typeof createDeath>) => Seams> = {
  "before the answer": ({ at }) => ({
    publisher: (publisher) => ({ ...publisher, publish: at(publisher.publish, false, isAnswer) }),
  }),
  "after the answer": ({ at }) => ({
    publisher: (publisher) => ({ ...publisher, publish: at(publisher.publish, true, isAnswer) }),
  }),
  "after the transaction": ({ at }) => ({ store: (store) => ({ ...store, apply: at(store.apply, true) }) }),
};

test.each(Object.keys(answerSteps))(
  "a projector that dies %s leaves, in the end, no record of an event of an erased call",
  async (step) => {
    const first = erasing.project();
    expect((await ask(erasing.url, "DELETE", "/calls/1")).status).toBe(202);
    await untilClean(erasing.url, "/calls/1");
    await first.stop();
    await erasing.publish([body("1")]);
    await projectUntilDeath(answerSteps[step]!);
    erasing.project();
    // later records are stored, so the partition is not stuck
    await eventually(async () => {
      await erasing.publish([body("2")]);
      const records = await readTopic(opened, opened.topics.callEvents);
      const ofCall = records.filter(({ key }) => String(key) === "1");
      expect(ofCall.filter(({ value }) => value !== null)).toHaveLength(1);
      expect(ofCall.at(-1)!.value).toBeNull();
    }, PATIENCE_MS);
    await eventually(async () => expect(await erasing.storedPayloads()).toEqual([body("2")]), PATIENCE_MS);
  },
  120_000,
);

test("a projector that was paused in the middle of a batch cannot restore data that was erased meanwhile", async () => {
  const first = erasing.project();
  await erasing.publish([body("1")]);
  await eventually(async () => expect(await erasing.storedPayloads()).toHaveLength(1), PATIENCE_MS);
  await first.stop();
  await erasing.publish([body("1", "call.waiting")]);
  const paused = Promise.withResolvers<void>();
  const held: Parameters<MongoStore["apply"]>[] = [];
  const holding = erasing.project({
    store: (store) => ({
      ...store,
      apply: async (...batch) => {
        held.push(batch);
        await paused.promise;
        return store.apply(...batch);
      },
    }),
  });
  await eventually(() => expect(held.length).toBeGreaterThan(0), PATIENCE_MS);
  // as a projector that takes over after the session has ended: it reads the same position and moves past it
  const [batch, fold] = held[0]!;
  expect(await erasing.store.apply(batch, fold)).toMatchObject({ fenced: false });
  const at = new Date();
  const erasures = [{ kind: "call" as const, key: "1", erased_at: at, log_clean_by: at }];
  const ahead = { ...batch, expected: batch.next, next: batch.next + 1, events: [], erasures };
  await erasing.publish([body("1", "call.finished")]);
  expect(await erasing.store.apply(ahead, fold)).toMatchObject({ fenced: false });
  paused.resolve();
  // once a later event of the partition is stored, the held batch was fenced and the rest was read again
  const later = Array.from({ length: 1_000 }, (_, n) => `later-${n}`).find(
    (id) => partitionOf(id) === partitionOf("1"),
  );
  const last = JSON.stringify({ type: "call.new", call_id: later });
  await erasing.publish([last]);
  await eventually(async () => expect(await erasing.storedPayloads()).toEqual([last]), PATIENCE_MS);
  expect(await findText(erasing, NUMBER)).toEqual([]);
  expect(holding.crashes).toEqual([]);
});
