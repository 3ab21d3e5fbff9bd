import { expect, test } from "@jest/globals";
import { foldCall, KEPT_IDENTITIES, type LoggedEvent, type RecordIdentity } from "@teravoz/domain";
import { sampleDeadLetter } from "./dead-letters.ts";
import { at, demandStored, findCall, freshTopic, sampleEvent, type Use } from "./samples.ts";

const identities = (from: number, to: number): RecordIdentity[] =>
  Array.from({ length: to - from }, (_, n) => ({ offset: from + n, timestamp: at(from + n).getTime() }));

export function describePositions(use: Use): void {
  const place = () => ({ topic: freshTopic(), partition: 0 });

  test("a position keeps the identities of the last eight records, even if each batch holds fewer", async () => {
    const { store } = use();
    const where = place();
    const batch = { ...where, events: [] };
    await store.apply({ ...batch, expected: null, next: 6, identities: identities(0, 6) }, foldCall);
    await store.apply({ ...batch, expected: 6, next: 11, identities: identities(6, 11) }, foldCall);
    expect(KEPT_IDENTITIES).toBe(8);
    expect(await store.storedPosition(where.topic, 0)).toEqual({
      next: 11,
      identities: identities(3, 11),
      seenUntil: null,
    });
  });

  test("a batch without identities keeps the stored ones", async () => {
    const { store } = use();
    const where = place();
    await store.apply(
      { ...where, events: [], expected: null, next: 2, identities: identities(0, 2) },
      foldCall,
    );
    await store.apply({ ...where, events: [], expected: 2, next: 5 }, foldCall);
    expect(await store.storedPosition(where.topic, 0)).toMatchObject({
      next: 5,
      identities: identities(0, 2),
    });
  });

  test("a partition without a stored position has no identities", async () => {
    const nothing = { next: null, identities: [], seenUntil: null };
    expect(await use().store.storedPosition(freshTopic(), 0)).toEqual(nothing);
    expect(await use().deadLetters.storedPosition(freshTopic(), 0)).toEqual(nothing);
  });

  test("a position is replaced only if the expected one is stored", async () => {
    const { store } = use();
    const where = place();
    await store.apply({ ...where, events: [], expected: null, next: 5 }, foldCall);
    const back = { next: 0, identities: [], seenUntil: 7 };
    expect(await store.replacePosition(where, { ...back, expected: 4 })).toBe(false);
    expect(await store.position(where.topic, 0)).toBe(5);
    expect(await store.replacePosition(where, { ...back, expected: 5 })).toBe(true);
    expect(await store.storedPosition(where.topic, 0)).toEqual(back);
  });

  test("a batch that was read before the position was reset is fenced, even if it expects the same offset", async () => {
    const { store } = use();
    const where = place();
    const epoch = await store.ledgerEpoch(where.topic, 0);
    const [old, first] = [sampleEvent(), sampleEvent()];
    const applyAt0 = (events: LoggedEvent[], expected: number | null, asked: number) =>
      store.apply({ ...where, events, expected, next: 1, epoch: asked }, foldCall);
    demandStored(await applyAt0([first], null, epoch));
    await store.replacePosition(where, { expected: 1, next: 0, identities: [], seenUntil: null });
    const late = await store.ledgerEpoch(where.topic, 0);
    await store.apply({ ...where, events: [], expected: 0, next: 3, epoch: late }, foldCall);
    await store.replacePosition(where, { expected: 3, next: 0, identities: [], seenUntil: null });
    expect(await applyAt0([old], 0, late)).toEqual({ fenced: true });
    expect(await store.position(where.topic, 0)).toBe(0);
  });

  test("an event that is read again after the position was reset is stored once, and does not count as a redelivery", async () => {
    const { store } = use();
    const where = place();
    const event = sampleEvent({ offset: 3 });
    const logged = { ...event, source: { ...where, offset: 3 } };
    const batch = { ...where, events: [logged], next: 4 };
    demandStored(await store.apply({ ...batch, expected: null }, foldCall));
    await store.replacePosition(where, { expected: 4, next: 0, identities: [], seenUntil: null });
    const again = demandStored(await store.apply({ ...batch, expected: 0 }, foldCall));
    expect(again).toMatchObject({ added: [], duplicates: [event.uuid] });
    expect((await findCall(use(), event.aggregate_id)).events).toBe(1);
    expect((await use().queries.findEvent(event.uuid))?.redeliveries).toBeUndefined();
  });

  test("a dead letter that is read again after its partition was reset counts no further copy, and is stored if it was not stored before", async () => {
    const { deadLetters } = use();
    const where = place();
    const [waiting, dropped] = [
      sampleDeadLetter({ last_seen: at(5) }),
      sampleDeadLetter({ last_seen: at(6) }),
    ];
    const batch = { ...where, deadLetters: [waiting, dropped], identities: identities(0, 2) };
    await deadLetters.add({ ...batch, expected: null, next: 2 });
    const seenUntil = at(6).getTime();
    await deadLetters.replacePosition(where, { expected: 2, next: 0, identities: [], seenUntil });
    const unknown = sampleDeadLetter({ last_seen: at(4) });
    const newCopy = { ...waiting, last_seen: at(7) };
    await deadLetters.add({
      ...where,
      expected: 0,
      next: 4,
      deadLetters: [waiting, dropped, unknown, newCopy],
    });
    const copiesOf = async (key: string | null) =>
      (await use().deadLetters.list({ key }, { limit: 10, cursor: null })).items.map(({ copies }) => copies);
    expect(await copiesOf(waiting.key)).toEqual([2]);
    expect(await copiesOf(dropped.key)).toEqual([1]);
    expect(await copiesOf(unknown.key)).toEqual([1]);
  });

  test("hasDeadLetter finds a stored dead letter by its body", async () => {
    const { deadLetters, store } = use();
    const deadLetter = sampleDeadLetter();
    expect(await store.hasDeadLetter(deadLetter.body)).toBe(false);
    await deadLetters.add({ ...place(), expected: null, next: 1, deadLetters: [deadLetter] });
    expect(await store.hasDeadLetter(deadLetter.body)).toBe(true);
  });
}
