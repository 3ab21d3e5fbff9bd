import { expect, test } from "@jest/globals";
import {
  type Delivery,
  type DeliveryFilter,
  foldCall,
  InvalidCursor,
  type LoggedEvent,
  type Page,
} from "@teravoz/domain";
import { sampleDeadLetter } from "./dead-letters.ts";
import { at, createWriter, foldBy, freshCallId, freshTopic, sampleEvent, type Use } from "./samples.ts";

const ALL = { limit: 1_000, cursor: null };

/** A time after those of all other tests, so that these events are listed first. */
const LATER = 10_000_000;

export function describeDeliveries(use: Use): void {
  describeCounts(use);
  describeList(use);
}

/** Makes further deliveries of an event, each as its own record after all earlier ones. */
const redelivered = (event: LoggedEvent, times: number): LoggedEvent[] =>
  Array.from({ length: times }, () => {
    lastOffset += 1;
    return { ...event, source: { ...event.source, offset: lastOffset } };
  });
let lastOffset = 0;

function describeCounts(use: Use): void {
  const countOf = async ({ uuid }: LoggedEvent) => (await use().queries.findEvent(uuid))?.redeliveries ?? 0;

  test("each redelivery is counted on its event, in the same batch or a later one", async () => {
    const writer = createWriter(use());
    const [once, twice] = [sampleEvent(), sampleEvent()];
    await writer.write([once, twice, ...redelivered(twice, 1)]);
    expect([await countOf(once), await countOf(twice)]).toEqual([0, 1]);
    await writer.write([...redelivered(twice, 3), sampleEvent()]);
    await writer.write([sampleEvent()]);
    expect([await countOf(once), await countOf(twice)]).toEqual([0, 4]);
  });

  test("very many deliveries of one event fit into one batch, and all but the first are counted", async () => {
    const event = sampleEvent();
    await createWriter(use()).write([event, ...redelivered(event, 2_999)]);
    expect(await countOf(event)).toBe(2_999);
  });

  test("a delivery whose record is in the log twice counts once, and each delivery without an id counts", async () => {
    const writer = createWriter(use());
    const event = sampleEvent();
    const delivery = (delivery_id: string) => ({ ...redelivered(event, 1)[0]!, delivery_id });
    await writer.write([{ ...event, delivery_id: "a" }, delivery("a"), delivery("b"), delivery("b")]);
    expect(await countOf(event)).toBe(1);
    await writer.write([delivery("a"), delivery("b"), delivery("c")]);
    await writer.write([delivery("c"), delivery("a")]);
    expect(await countOf(event)).toBe(2);
    await writer.write(redelivered(event, 2));
    expect(await countOf(event)).toBe(4);
  });

  test("each later delivery of an event that an earlier release stored without a delivery id counts once", async () => {
    const writer = createWriter(use());
    const event = sampleEvent();
    const delivery = (delivery_id: string) => ({ ...redelivered(event, 1)[0]!, delivery_id });
    await writer.write([event]);
    await writer.write([delivery("a"), delivery("a")]);
    await writer.write([delivery("a")]);
    expect(await countOf(event)).toBe(1);
  });

  test("no listing of deliveries contains the delivery ids", async () => {
    const event = { ...sampleEvent(), delivery_id: "a" };
    await createWriter(use()).write([event]);
    const { items } = await use().queries.listDeliveries({ key: event.aggregate_id }, ALL);
    expect(JSON.stringify(items)).not.toContain("delivery_id");
  });

  test("records that a replay reads again do not count as redeliveries", async () => {
    const event = sampleEvent();
    const records = [event, ...redelivered(event, 3)];
    await createWriter(use()).write(records.slice(0, 2));
    await createWriter(use()).write(records);
    await createWriter(use()).write(records);
    for (const record of records) await createWriter(use()).write([record]);
    expect(await countOf(event)).toBe(3);
    await createWriter(use()).write(redelivered(event, 1));
    expect(await countOf(event)).toBe(4);
  });

  test("redeliveries of agents' events and of events of oversized calls count too", async () => {
    const writer = createWriter(use());
    const agent = sampleEvent({ kind: "agent", aggregate_id: freshCallId(), type: "actor.paused" });
    const aggregate_id = freshCallId();
    const payload = JSON.stringify({ type: "call.new", call_id: aggregate_id, data: "x".repeat(60_000) });
    const large = Array.from({ length: 150 }, () => sampleEvent({ aggregate_id, payload }));
    await writer.write([agent, ...large]);
    const again = [...redelivered(agent, 1), ...redelivered(large[3]!, 2)];
    await writer.write(again);
    await writer.write(again);
    expect([await countOf(agent), await countOf(large[3]!), await countOf(large[4]!)]).toEqual([1, 2, 0]);
    // the order of an oversized call is not checked, because that would read all its events each time
    const body = { timestamp: at(-99).toISOString() };
    await writer.write([sampleEvent({ aggregate_id, received_at: at(99), body })]);
    const { items } = await use().queries.listDeliveries({ key: aggregate_id }, { limit: 1, cursor: null });
    expect(items).toMatchObject([{ event: { received_at: at(99), overtaken_by: null } }]);
  });

  test("a redelivery that was received earlier lowers received_at and is counted", async () => {
    const writer = createWriter(use());
    const event = sampleEvent({ received_at: at(9) });
    await writer.write([event]);
    const [again, last] = redelivered(event, 2);
    await writer.write([{ ...again!, received_at: at(4) }, last!]);
    expect(await use().queries.findEvent(event.uuid)).toMatchObject({ redeliveries: 2, received_at: at(4) });
  });

  test("a batch that is fenced, or fails, counts nothing, and counts once if it is stored later", async () => {
    const topic = freshTopic();
    const event = sampleEvent();
    await createWriter(use(), topic).write([event]);
    const again = { topic, partition: 0, next: 9, events: redelivered(event, 2) };
    for (const expected of [null, 0, 2])
      expect(await use().store.apply({ ...again, expected }, foldCall)).toEqual({ fenced: true });
    const failing = foldBy(() => {
      throw new Error("this fold fails");
    });
    await expect(use().store.apply({ ...again, expected: 1 }, failing)).rejects.toThrow("this fold fails");
    expect(await countOf(event)).toBe(0);
    await use().store.apply({ ...again, expected: 1 }, foldCall);
    expect(await use().store.apply({ ...again, expected: 1 }, foldCall)).toEqual({ fenced: true });
    expect(await countOf(event)).toBe(2);
  });

  test("only the one writer that is not fenced counts its redeliveries", async () => {
    const topic = freshTopic();
    const event = sampleEvent();
    await createWriter(use(), topic).write([event]);
    const outcomes = await Promise.all(
      [1, 2, 3, 4].map((times) => {
        const events = redelivered(event, times);
        return use().store.apply({ topic, partition: 0, expected: 1, next: 9, events }, foldCall);
      }),
    );
    expect(outcomes.filter(({ fenced }) => !fenced)).toHaveLength(1);
    expect(await countOf(event)).toBe(outcomes.findIndex(({ fenced }) => !fenced) + 1);
  });

  test("redeliveries of an erased event do not count, and a rebuild keeps the counts", async () => {
    const topic = freshTopic();
    const writer = createWriter(use(), topic);
    const [stays, goes] = [sampleEvent(), sampleEvent()];
    await writer.write([stays, ...redelivered(stays, 1), goes, ...redelivered(goes, 1)]);
    const subject = { kind: "call" as const, key: goes.aggregate_id };
    await writer.write([], foldCall, [{ ...subject, erased_at: at(0), log_clean_by: at(0) }]);
    await writer.write(redelivered(goes, 2));
    expect(await use().queries.findEvent(goes.uuid)).toBeNull();
    const wrong = foldBy((events) => ({ ...foldCall(events)!, queue: "wrong" }));
    await use().store.refold({ topic, partition: 0, keys: [stays.aggregate_id] }, wrong);
    await use().store.refold({ topic, partition: 0, keys: [stays.aggregate_id] }, foldCall);
    expect(await countOf(stays)).toBe(1);
  });
}

/** The text of a delivery: its type, the number of its redeliveries, and the event that overtook it. */
const lineOf = (delivery: Delivery): string => {
  if ("letter" in delivery) return `letter ${delivery.letter.key}`;
  const { type, redeliveries, overtaken_by } = delivery.event;
  return [type, redeliveries > 0 && `x${redeliveries}`, overtaken_by && `after ${overtaken_by}`]
    .filter(Boolean)
    .join(" ");
};

function describeList(use: Use): void {
  const list = async (filter: DeliveryFilter, page: { limit: number; cursor: string | null } = ALL) =>
    use().queries.listDeliveries(filter, page);
  const lines = async (filter: DeliveryFilter) => (await list(filter)).items.map(lineOf);
  const fileDeadLetters = (...deadLetters: Parameters<typeof sampleDeadLetter>[0][]) =>
    use().deadLetters.add({
      topic: freshTopic(),
      partition: 0,
      expected: null,
      next: deadLetters.length,
      deadLetters: deadLetters.map(sampleDeadLetter),
    });

  test("a call's events are listed newest first, with the number of redeliveries and the event that overtook each", async () => {
    const aggregate_id = freshCallId();
    const event = (type: string, second: number, received: number) =>
      sampleEvent({
        aggregate_id,
        type,
        received_at: at(received),
        body: { timestamp: at(second).toISOString() },
      });
    const waiting = event("call.waiting", 1, 7);
    const events = [event("call.new", 0, 0), event("call.ongoing", 2, 2), waiting];
    await createWriter(use()).write([...events, ...redelivered(waiting, 2)]);
    expect(await lines({ key: aggregate_id })).toEqual([
      "call.waiting x2 after call.ongoing",
      "call.ongoing",
      "call.new",
    ]);
    const [delivery] = (await list({ key: aggregate_id })).items;
    const { uuid } = waiting;
    expect(delivery).toEqual({
      event: {
        uuid,
        id: expect.any(Number),
        kind: "call",
        aggregate_id,
        type: "call.waiting",
        occurred_at: null,
        received_at: at(7),
        redeliveries: 2,
        overtaken_by: "call.ongoing",
      },
    });
  });

  test("all deliveries are listed newest first, with agents' events and dead letters", async () => {
    const received = (seconds: number) => ({ received_at: at(LATER + seconds) });
    const agent = { kind: "agent" as const, aggregate_id: freshCallId(), type: "actor.paused" };
    await createWriter(use()).write([
      sampleEvent({ ...received(0) }),
      sampleEvent({ ...received(2), ...agent }),
    ]);
    const seen = (seconds: number) => ({ first_seen: at(LATER + seconds), last_seen: at(LATER + seconds) });
    await fileDeadLetters({ key: "a", ...seen(1) }, { key: "b", ...seen(3) }, { key: "c", ...seen(1) });
    const newest = (await lines({})).slice(0, 5);
    expect([newest.slice(0, 2), newest.slice(2, 4).sort(), newest[4]]).toEqual([
      ["letter b", "actor.paused"],
      ["letter a", "letter c"],
      "call.new",
    ]);
    expect((await lines({ of: "events" })).slice(0, 2)).toEqual(["actor.paused", "call.new"]);
    expect((await lines({ of: "letters" })).slice(0, 1)).toEqual(["letter b"]);
  });

  test("each delivery is listed once over all pages, whatever is stored meanwhile", async () => {
    const key = freshCallId();
    const writer = createWriter(use());
    const events = [1, 3, 3, 5, 8, 8].map((second) =>
      sampleEvent({ aggregate_id: key, received_at: at(second) }),
    );
    await writer.write(events);
    await fileDeadLetters(...[0, 3, 4, 8, 9].map((second) => ({ key, first_seen: at(second) })));
    const whole = (await list({ key })).items;
    expect(whole).toHaveLength(11);
    for (const limit of [1, 2, 3, 10, 11]) {
      const pages: Delivery[][] = [];
      for (let cursor: string | null = null, more = true; more && pages.length <= whole.length; ) {
        const page: Page<Delivery> = await list({ key }, { limit, cursor });
        pages.push(page.items);
        cursor = page.next;
        more = cursor !== null;
      }
      expect(pages.flat()).toEqual(whole);
      expect(pages).toHaveLength(Math.ceil(11 / limit));
    }
    const { next } = await list({ key }, { limit: 4, cursor: null });
    await writer.write([sampleEvent({ aggregate_id: key, received_at: at(99) })]);
    await fileDeadLetters({ key, first_seen: at(99) });
    expect((await list({ key }, { limit: 99, cursor: next })).items).toEqual(whole.slice(4));
  });

  test("a key is always compared as a value, and an unknown key lists nothing", async () => {
    for (const key of ["$where", "", "a.b", "__proto__", freshCallId()])
      expect(await list({ key })).toEqual({ items: [], next: null });
  });

  test("an event is found by its uuid as it was stored, and another uuid finds nothing", async () => {
    const event = sampleEvent();
    await createWriter(use()).write([event]);
    expect(await use().queries.findEvent(event.uuid)).toEqual({ ...event, id: expect.any(Number) });
    expect(await use().queries.findEvent("unknown")).toBeNull();
  });

  test.each(["", "x", "Lw", "MC8", "LzE6YQ", "OTk5OTk5OTk5OTk5OTk5OTk5LzE", "é"])(
    "a cursor that no earlier page gave is refused: %j",
    async (cursor) => {
      await expect(list({}, { limit: 1, cursor })).rejects.toBeInstanceOf(InvalidCursor);
    },
  );
}
