import { expect, test } from "@jest/globals";
import { foldCall, Unavailable } from "@teravoz/domain";
import {
  at,
  createWriter,
  findCall,
  findEvents,
  foldBy,
  freshCallId,
  freshTopic,
  sampleEvent,
  type Use,
} from "./samples.ts";

export function describeBatches(use: Use): void {
  test("an event is stored once, however often it is delivered", async () => {
    const writer = createWriter(use());
    const event = sampleEvent();
    const first = await writer.write([event]);
    const again = await writer.write([event, event]);
    expect(first).toMatchObject({ added: [event.uuid], duplicates: [] });
    expect(again).toMatchObject({ added: [], duplicates: [event.uuid, event.uuid] });
    expect(await findEvents(use(), event.aggregate_id)).toHaveLength(1);
    expect(await findCall(use(), event.aggregate_id)).toMatchObject({ events: 1 });
  });

  test("an event that is in one batch twice is added once with its earliest received_at, and is a duplicate once", async () => {
    const later = sampleEvent({ received_at: at(9) });
    const earlier = { ...later, received_at: at(3) };
    const applied = await createWriter(use()).write([later, earlier]);
    expect(applied).toMatchObject({ added: [later.uuid], duplicates: [later.uuid] });
    expect((await findEvents(use(), later.aggregate_id))[0]?.received_at).toEqual(at(3));
    expect((await findCall(use(), later.aggregate_id)).created_at).toEqual(at(3));
  });

  test("a redelivery that was received earlier lowers received_at, and a later one does not", async () => {
    const writer = createWriter(use());
    const event = sampleEvent({ received_at: at(5) });
    await writer.write([event]);
    await writer.write([{ ...event, received_at: at(8) }]);
    expect((await findCall(use(), event.aggregate_id)).created_at).toEqual(at(5));
    await writer.write([{ ...event, received_at: at(2) }]);
    expect((await findEvents(use(), event.aggregate_id))[0]?.received_at).toEqual(at(2));
    expect((await findCall(use(), event.aggregate_id)).created_at).toEqual(at(2));
  });

  test("a batch with one uuid for events of two calls fails with a permanent error, and nothing of it is stored", async () => {
    const topic = freshTopic();
    const writer = createWriter(use(), topic);
    const event = sampleEvent();
    await writer.write([event]);
    const impostor = { ...sampleEvent(), uuid: event.uuid };
    const bystander = sampleEvent();
    const refused = writer.write([bystander, impostor]);
    await expect(refused).rejects.not.toBeInstanceOf(Unavailable);
    await expect(refused).rejects.toBeInstanceOf(Error);
    expect(await use().store.position(topic, 0)).toBe(1);
    expect(await use().queries.findCalls([impostor.aggregate_id, bystander.aggregate_id])).toEqual([]);
  });

  test("position, events and calls are stored together", async () => {
    const { store } = use();
    const topic = freshTopic();
    const event = sampleEvent();
    expect(await store.position(topic, 3)).toBeNull();
    await store.apply({ topic, partition: 3, expected: null, next: 41, events: [event] }, foldCall);
    expect(await store.position(topic, 3)).toBe(41);
    expect(await store.position(topic, 4)).toBeNull();
    expect(await findEvents(use(), event.aggregate_id)).toHaveLength(1);
  });

  test("a batch that fails stores nothing, and the same batch succeeds later", async () => {
    const topic = freshTopic();
    const writer = createWriter(use(), topic);
    const event = sampleEvent();
    const fault = new Error("this fold fails");
    const failing = writer.write(
      [event],
      foldBy(() => {
        throw fault;
      }),
    );
    await expect(failing).rejects.toBe(fault);
    expect(await use().store.position(topic, 0)).toBeNull();
    expect(await findEvents(use(), event.aggregate_id)).toEqual([]);
    expect(await writer.write([event])).toMatchObject({ added: [event.uuid], duplicates: [] });
  });

  test("an empty batch moves the position and nothing else", async () => {
    const { store } = use();
    const topic = freshTopic();
    const empty = { topic, partition: 0, events: [] };
    const nothing = { fenced: false, added: [], duplicates: [], dropped: [], changes: [] };
    expect(await store.apply({ ...empty, expected: null, next: 10 }, foldCall)).toEqual(nothing);
    expect(await store.apply({ ...empty, expected: 10, next: 20 }, foldCall)).toEqual(nothing);
    expect(await store.position(topic, 0)).toBe(20);
  });

  test("a writer that expects another position is fenced and changes nothing", async () => {
    const { store } = use();
    const topic = freshTopic();
    const batch = { topic, partition: 0, next: 50 };
    await store.apply({ ...batch, expected: null, events: [] }, foldCall);
    const event = sampleEvent();
    for (const expected of [null, 0, 49, 51]) {
      const applied = await store.apply({ ...batch, expected, next: 60, events: [event] }, foldCall);
      expect(applied).toEqual({ fenced: true });
    }
    expect(
      await store.apply({ ...batch, topic: freshTopic(), expected: 7, events: [event] }, foldCall),
    ).toEqual({
      fenced: true,
    });
    expect(await store.position(topic, 0)).toBe(50);
    expect(await findEvents(use(), event.aggregate_id)).toEqual([]);
  });

  test("a fenced writer is informed if its own earlier batch moved the position, and another writer is not", async () => {
    const { store } = use();
    const batch = { topic: freshTopic(), partition: 0, expected: null, next: 50, events: [] };
    await store.apply({ ...batch, writer: "one" }, foldCall);
    expect(await store.apply({ ...batch, writer: "one" }, foldCall)).toEqual({ fenced: true, own: true });
    expect(await store.apply({ ...batch, writer: "two" }, foldCall)).toEqual({ fenced: true });
    expect(await store.apply(batch, foldCall)).toEqual({ fenced: true });
  });

  test.each([null, 7])("exactly one of several writers that expect position %p wins", async (expected) => {
    const { store } = use();
    const topic = freshTopic();
    const batch = { topic, partition: 0 };
    if (expected !== null)
      await store.apply({ ...batch, expected: null, next: expected, events: [] }, foldCall);
    const call_id = freshCallId();
    const events = Array.from({ length: 5 }, () => sampleEvent({ aggregate_id: call_id }));
    const outcomes = await Promise.all(
      events.map((event, index) =>
        store.apply({ ...batch, expected, next: 100 + index, events: [event] }, foldCall),
      ),
    );
    const winner = outcomes.findIndex(({ fenced }) => !fenced);
    expect(outcomes.filter(({ fenced }) => !fenced)).toHaveLength(1);
    expect(await store.position(topic, 0)).toBe(100 + winner);
    expect(await findEvents(use(), call_id)).toMatchObject([{ uuid: events[winner]?.uuid }]);
  });

  test("events of agents are stored once, change no call, and are notified under their key", async () => {
    const before = Date.now();
    const writer = createWriter(use());
    const key = freshCallId();
    const event = sampleEvent({ kind: "agent", aggregate_id: key, type: "actor.logged-in" });
    const first = await writer.write([event]);
    const again = await writer.write([event]);
    expect(first).toMatchObject({ added: [event.uuid], duplicates: [] });
    expect(again).toMatchObject({ added: [], duplicates: [event.uuid] });
    for (const { changes } of [first, again]) {
      expect(changes).toEqual([{ key, kind: "agent", version: expect.any(Number), erased: false }]);
      expect(changes[0]?.version).toBeGreaterThanOrEqual(before);
    }
    expect(await use().queries.findCalls([key])).toEqual([]);
    expect(await findEvents(use(), key)).toEqual([]);
  });

  test("an agent and a call of the same key are separate", async () => {
    const key = freshCallId();
    const call = sampleEvent({ aggregate_id: key });
    const agent = sampleEvent({ kind: "agent", aggregate_id: key, type: "actor.paused" });
    const { changes } = await createWriter(use()).write([call, agent]);
    expect(changes.map(({ kind }) => kind).sort()).toEqual(["agent", "call"]);
    expect(await findEvents(use(), key)).toMatchObject([{ uuid: call.uuid }]);
    expect(await findCall(use(), key)).toMatchObject({ events: 1 });
  });
}
