import { expect, test } from "@jest/globals";
import { type Erasure, foldCall, type LoggedEvent } from "@teravoz/domain";
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

const erasureOf = (key: string, more: Partial<Erasure> = {}): Erasure => ({
  kind: "call",
  key,
  erased_at: at(0),
  log_clean_by: at(86_400),
  ...more,
});

const ofAgent = (key: string, erased_at: Date) => erasureOf(key, { kind: "agent", erased_at });

export function describeErasures(use: Use): void {
  const writer = () => {
    const { write } = createWriter(use());
    return {
      write,
      erase: (events: LoggedEvent[], ...erasures: Erasure[]) => write(events, foldCall, erasures),
    };
  };

  test("an erased call is deleted with its events and notified as erased, and other calls stay", async () => {
    const { write, erase } = writer();
    const [gone, stays] = [freshCallId(), freshCallId()];
    await write([gone, stays, gone].map((aggregate_id) => sampleEvent({ aggregate_id })));
    const before = Date.now();
    const { changes } = await erase([], erasureOf(gone));
    expect(changes).toEqual([{ key: gone, kind: "call", version: expect.any(Number), erased: true }]);
    expect(changes[0]!.version).toBeGreaterThanOrEqual(before);
    expect(await use().queries.findCalls([gone])).toEqual([]);
    expect(await findEvents(use(), gone)).toEqual([]);
    expect(await findCall(use(), stays)).toMatchObject({ events: 1 });
  });

  test("later events of an erased call are not stored, whatever their stamps are", async () => {
    const { write, erase } = writer();
    const known = sampleEvent();
    const { aggregate_id } = known;
    await write([known]);
    await erase([], erasureOf(aggregate_id));
    const late = sampleEvent({ aggregate_id, received_at: at(99_999), occurred_at: at(99_999) });
    const bystander = sampleEvent();
    expect(await write([known, late, bystander])).toMatchObject({
      added: [bystander.uuid],
      duplicates: [],
      dropped: [known.uuid, late.uuid],
      changes: [{ key: bystander.aggregate_id }],
    });
    expect(await use().queries.findCalls([aggregate_id])).toEqual([]);
    expect(await findEvents(use(), aggregate_id)).toEqual([]);
  });

  test("an erasure drops the events of its call in the same batch, before and after it", async () => {
    const events = [sampleEvent(), sampleEvent()];
    const [gone, stays] = events.map(({ aggregate_id }) => aggregate_id);
    const again = sampleEvent({ aggregate_id: gone! });
    const applied = await writer().erase([...events, again], erasureOf(gone!), erasureOf(gone!));
    expect(applied).toMatchObject({ added: [events[1]!.uuid], dropped: [events[0]!.uuid, again.uuid] });
    expect(applied.changes.map(({ key, erased }) => [key, erased])).toEqual([
      [gone, true],
      [stays, false],
    ]);
    expect(await use().queries.findCalls([gone!])).toEqual([]);
  });

  test("an erasure of an unknown call is kept in the ledger too", async () => {
    const { write, erase } = writer();
    const event = sampleEvent();
    await erase([], erasureOf(event.aggregate_id));
    expect(await write([event])).toMatchObject({ added: [], dropped: [event.uuid] });
  });

  test("a repeated erasure changes nothing, and is notified again", async () => {
    const { write, erase } = writer();
    const event = sampleEvent();
    await write([event]);
    const first = await erase([], erasureOf(event.aggregate_id));
    const again = await erase([], erasureOf(event.aggregate_id));
    expect(again.changes).toMatchObject(first.changes.map(({ key, erased }) => ({ key, erased })));
  });

  test("an erased agent loses the events up to the moment of the erasure, and keeps later ones", async () => {
    const { write, erase } = writer();
    const key = freshCallId();
    const paused = (seconds: number, occurred: number | null = null) =>
      sampleEvent({
        kind: "agent",
        aggregate_id: key,
        type: "actor.paused",
        received_at: at(seconds),
        occurred_at: occurred === null ? null : at(occurred),
      });
    // received before; received later but occurred before; received before, with a stamp of a clock that is ahead
    const old = [paused(10), paused(30, 10), paused(10, 30)];
    const later = [paused(21), paused(30, 21)];
    await write([...old, ...later]);
    await erase([], ofAgent(key, at(20)));
    expect(await write([...old, ...later])).toMatchObject({
      added: [],
      dropped: old.map(({ uuid }) => uuid),
      duplicates: later.map(({ uuid }) => uuid),
    });
    // the tombstone that answers dropped events has the same moment: no newer event is deleted
    await erase([], ofAgent(key, at(20)));
    expect(await write(later)).toMatchObject({ added: [], duplicates: later.map(({ uuid }) => uuid) });
    await erase([], ofAgent(key, at(40)));
    const all = [...old, ...later].map(({ uuid }) => uuid);
    expect(await write([...old, ...later])).toMatchObject({ added: [], dropped: all });
  });

  test("an agent and a call of the same key are erased separately", async () => {
    const { write, erase } = writer();
    const key = freshCallId();
    const call = sampleEvent({ aggregate_id: key });
    const agent = sampleEvent({ kind: "agent", aggregate_id: key, type: "actor.paused", received_at: at(1) });
    await write([call, agent]);
    await erase([], ofAgent(key, at(5)));
    expect(await findCall(use(), key)).toMatchObject({ events: 1 });
    expect(await write([agent])).toMatchObject({ dropped: [agent.uuid] });
    await erase([], erasureOf(key));
    expect(await use().queries.findCalls([key])).toEqual([]);
  });

  test("findErased returns the erased calls and agents, and the moment of each erasure", async () => {
    const { store } = use();
    const [call, agent, other] = [freshCallId(), freshCallId(), freshCallId()];
    await writer().erase([], erasureOf(call), ofAgent(agent, at(7)));
    const subjects = [call, agent, other].flatMap((key) => [
      { kind: "call" as const, key },
      { kind: "agent" as const, key },
    ]);
    const found = await store.findErased([...subjects, ...subjects]);
    expect(found.sort((one, two) => (one.kind < two.kind ? 1 : -1))).toEqual([
      { kind: "call", key: call, erased_at: at(0) },
      { kind: "agent", key: agent, erased_at: at(7) },
    ]);
    expect(await store.findErased([])).toEqual([]);
  });

  test("a fenced writer erases nothing", async () => {
    const { store } = use();
    const topic = freshTopic();
    const event = sampleEvent();
    const batch = { topic, partition: 0, next: 9 };
    await store.apply({ ...batch, expected: null, events: [event] }, foldCall);
    const erasures = [erasureOf(event.aggregate_id)];
    const late = await store.apply({ ...batch, expected: 3, events: [], erasures }, foldCall);
    expect(late).toEqual({ fenced: true });
    expect(await findCall(use(), event.aggregate_id)).toMatchObject({ events: 1 });
    expect(await store.findErased([{ kind: "call", key: event.aggregate_id }])).toEqual([]);
  });

  test("a batch that was checked against the ledger before an erasure is fenced and stores nothing", async () => {
    const { store } = use();
    const event = sampleEvent();
    const batch = { topic: freshTopic(), partition: 0, next: 9 };
    const erased = await store.findErased([{ kind: "call", key: event.aggregate_id }]);
    const erasures = [erasureOf(event.aggregate_id)];
    await store.apply({ ...batch, expected: null, events: [], erasures }, foldCall);
    const late = { ...batch, expected: null, events: [event], erased };
    expect(await store.apply(late, foldCall)).toEqual({ fenced: true });
    const again = { ...late, expected: 9, next: 10 };
    const asked = await store.findErased([{ kind: "call", key: event.aggregate_id }]);
    expect(await store.apply({ ...again, erased: asked }, foldCall)).toMatchObject({ dropped: [event.uuid] });
  });

  test("an erasure does not happen if another part of its batch fails", async () => {
    const { write, erase } = writer();
    const event = sampleEvent();
    await write([event]);
    const broken = foldBy(() => {
      throw new Error("this fold fails");
    });
    const failing = write([sampleEvent()], broken, [erasureOf(event.aggregate_id)]);
    await expect(failing).rejects.toThrow("this fold fails");
    expect(await findCall(use(), event.aggregate_id)).toMatchObject({ events: 1 });
    await erase([], erasureOf(event.aggregate_id));
    expect(await use().queries.findCalls([event.aggregate_id])).toEqual([]);
  });

  test("an erasure of single events of a shared agent key deletes only these, and they are not stored again", async () => {
    const { write, erase } = writer();
    const key = freshCallId();
    const attempts = [1, 2, 3].map((offset) =>
      sampleEvent({ kind: "agent", aggregate_id: key, type: "dialer.attempt", offset }),
    );
    const [own, other] = attempts.map(({ uuid }) => uuid) as [string, string, string];
    await write(attempts);
    const { changes } = await erase([], erasureOf(key, { kind: "agent", erased_at: at(9), uuids: [own] }));
    expect(changes).toMatchObject([{ key, kind: "agent", erased: false }]);
    const left = await use().store.listAgentEvents(key, { since: at(0), limit: 9 });
    expect(left.map(({ uuid }) => uuid)).toEqual(
      attempts
        .slice(1)
        .map(({ uuid }) => uuid)
        .toReversed(),
    );
    const late = sampleEvent({ kind: "agent", aggregate_id: key, type: "dialer.attempt", offset: 4 });
    expect(await write([...attempts, late])).toMatchObject({ added: [late.uuid], dropped: [own] });
    expect(await use().store.findErased([own, other].map((uuid) => ({ kind: "event", key: uuid })))).toEqual([
      { kind: "event", key: own, erased_at: at(9) },
    ]);
    expect(await use().store.findErased([{ kind: "agent", key }])).toEqual([]);
  });

  test("an agent loses the state of a single erased event, and keeps the rest", async () => {
    const { write, erase } = writer();
    const key = freshCallId();
    const said = (type: string, offset: number) =>
      sampleEvent({ kind: "agent", aggregate_id: key, type, offset, occurred_at: at(offset) });
    const [login, pause] = [said("actor.logged-in", 1), said("actor.paused", 2)];
    await write([login, pause]);
    await erase([], erasureOf(key, { kind: "agent", uuids: [pause.uuid] }));
    const [presence] = await use().queries.listPresences([key]);
    await write([said("actor.logged-in", 1)]);
    expect(presence).toMatchObject({ agent: key, updated_at: at(1) });
  });

  test("the newest events of an agent are listed, and the last event however old it is", async () => {
    const { write } = writer();
    const [key, call] = [freshCallId(), freshCallId()];
    const events = [1, 2, 3].map((offset) => sampleEvent({ kind: "agent", aggregate_id: key, offset }));
    await write([...events, sampleEvent({ aggregate_id: call })]);
    const list = async (of: string, since: number, limit = 9) =>
      (await use().store.listAgentEvents(of, { since: at(since), limit })).map(
        ({ received_at }) => received_at,
      );
    expect(await list(key, 2)).toEqual([at(3), at(2)]);
    expect(await list(key, 99)).toEqual([at(3)]);
    expect(await list(key, 0, 1)).toEqual([at(3)]);
    expect(await list(call, 0)).toEqual([]);
  });

  test("a person is known as erased as soon as it is entered, and a batch that was checked before is fenced", async () => {
    const { store, erasures } = use();
    const person = { kind: "number", key: `+${Date.now()}` } as const;
    const batch = { topic: freshTopic(), partition: 0 };
    await store.apply({ ...batch, expected: null, next: 1, events: [sampleEvent()] }, foldCall);
    const epoch = await store.ledgerEpoch(batch.topic, 0);
    expect(await store.findErased([person])).toEqual([]);
    await erasures.keepOut(person, { erased_at: at(5), possible: false });
    const event = sampleEvent();
    const late = { ...batch, expected: 1, next: 2, events: [event], erased: [] };
    expect(await store.apply({ ...late, epoch }, foldCall)).toEqual({ fenced: true });
    expect(await findEvents(use(), event.aggregate_id)).toEqual([]);
    expect(await store.findErased([person])).toEqual([{ ...person, erased_at: at(5) }]);
    expect(await store.knowsPersons()).toBe(true);
    const again = { ...late, epoch: await store.ledgerEpoch(batch.topic, 0) };
    expect(await store.apply(again, foldCall)).toMatchObject({ added: [event.uuid] });
  });

  test("a person who is erased several times is kept out up to the latest time, and possible findings up to the latest time of their own", async () => {
    const { store, erasures } = use();
    const person = { kind: "number", key: `+1${Date.now()}` } as const;
    for (const [seconds, possible] of [
      [1, false],
      [5, true],
      [9, false],
      [3, false],
    ] as const)
      await erasures.keepOut(person, { erased_at: at(seconds), possible });
    expect(await store.findErased([person])).toEqual([
      { ...person, erased_at: at(9), possible_until: at(5) },
    ]);
  });

  test("forget deletes no data of other subjects, however often it is repeated", async () => {
    const event = sampleEvent();
    await writer().write([event]);
    const erased = [erasureOf(freshCallId()), ofAgent(freshCallId(), at(1))];
    await use().store.forget(erased);
    await use().store.forget(erased);
    await use().store.forget([]);
    expect(await findCall(use(), event.aggregate_id)).toMatchObject({ events: 1 });
  });
}
