import { randomInt } from "node:crypto";
import { expect, test } from "@jest/globals";
import { type Erasure, type ErasureSubject, foldCall, type Person } from "@teravoz/domain";
import { sampleDeadLetter } from "./dead-letters.ts";
import { at, createWriter, freshCallId, freshTopic, sampleEvent, type Use } from "./samples.ts";

const DAY_S = 86_400;
const AGENT_TOPIC = "agent-events";

const erasureOf = (subject: ErasureSubject, more: Partial<Erasure> = {}): Erasure => ({
  ...subject,
  erased_at: at(0),
  log_clean_by: at(DAY_S),
  ...more,
});
const callOf = (key: string): ErasureSubject => ({ kind: "call", key });
const agentOf = (key: string): ErasureSubject => ({ kind: "agent", key });

/** A mobile number of São Paulo that no other test uses. */
const freshNumber = () => `119${randomInt(10_000_000, 99_999_999)}`;
const personOf = (number: string): Person => ({ kind: "number", key: `+55${number}` });

async function all<T>(pages: AsyncIterable<T[]>): Promise<T[]> {
  const items: T[] = [];
  for await (const page of pages) items.push(...page);
  return items;
}

/** Tests of the requests for erasure, their progress, and the subjects that may be requested. */
export function describeLedger(use: Use): void {
  const writer = () => {
    const { write } = createWriter(use());
    return { write, erase: (...erasures: Erasure[]) => write([], foldCall, erasures) };
  };
  const fileDeadLetter = async (sample: Parameters<typeof sampleDeadLetter>[0]) => {
    const deadLetter = sampleDeadLetter(sample);
    await use().deadLetters.add({
      topic: freshTopic(),
      partition: 0,
      expected: null,
      next: 1,
      deadLetters: [deadLetter],
    });
    const { items } = await use().deadLetters.list({ key: deadLetter.key }, { limit: 10, cursor: null });
    return items[0]!;
  };

  test("a request has a receipt, which says when the store and the log are clean once its tombstone is read", async () => {
    const call = callOf(freshCallId());
    const { erasures } = use();
    expect(await erasures.receipt(call)).toBeNull();
    const asked = await erasures.request([call]);
    expect(asked).toEqual({ requested_at: expect.any(Date), clean_at: null, log_clean_by: null });
    expect(await erasures.receipt(call)).toEqual(asked);
    await writer().erase(erasureOf(call));
    const { requested_at } = asked;
    expect(await erasures.receipt(call)).toEqual({
      requested_at,
      clean_at: expect.any(Date),
      log_clean_by: at(DAY_S),
    });
  });

  test("an erasure without a request has a receipt with the time of the erasure", async () => {
    const call = callOf(freshCallId());
    await writer().erase(erasureOf(call, { erased_at: at(5) }));
    expect(await use().erasures.receipt(call)).toMatchObject({
      requested_at: at(5),
      log_clean_by: at(DAY_S),
    });
  });

  test("a second request waits for its own tombstone, and a repeated one does not finish it", async () => {
    const call = callOf(freshCallId());
    const { erasures } = use();
    const { erase } = writer();
    await erase(erasureOf(call));
    await erasures.request([call]);
    await erase(erasureOf(call, { isRepeated: true }));
    expect(await erasures.receipt(call)).toMatchObject({ clean_at: null, log_clean_by: null });
    await erase(erasureOf(call, { log_clean_by: at(2 * DAY_S) }));
    expect(await erasures.receipt(call)).toMatchObject({
      clean_at: expect.any(Date),
      log_clean_by: at(2 * DAY_S),
    });
  });

  test("a person's erasure is complete when every erasure requested for the person is, and events of one agent count as one", async () => {
    const person = personOf(freshNumber());
    const [call, agent] = [callOf(freshCallId()), freshCallId()];
    const events = [1, 2].map((offset) => sampleEvent({ ...agentEvent(agent), offset }));
    const { erasures } = use();
    const { write, erase } = writer();
    expect(await erasures.personReceipt(person)).toBeNull();
    await write(events);
    const single = events.map(({ uuid }) => ({ kind: "event" as const, key: uuid, of: agent }));
    await erasures.request([call, ...single], person);
    await erasures.requestFor(person, at(DAY_S));
    await erase(erasureOf(call, { log_clean_by: at(3 * DAY_S) }));
    expect(await erasures.personReceipt(person)).toMatchObject({
      calls: 1,
      agents: 1,
      clean: 1,
      clean_at: null,
      log_clean_by: null,
    });
    await erase(erasureOf(agentOf(agent), { uuids: events.map(({ uuid }) => uuid) }));
    expect(await erasures.personReceipt(person)).toMatchObject({
      calls: 1,
      agents: 1,
      clean: 2,
      clean_at: expect.any(Date),
      log_clean_by: at(3 * DAY_S),
    });
  });

  test("a person is found in calls, events of agents and dead letters, certain and possible findings separately", async () => {
    const number = freshNumber();
    const [certain, possible, dialer] = [freshCallId(), freshCallId(), freshCallId()];
    const attempt = sampleEvent({ ...agentEvent(dialer, "dialer.attempt"), body: { number } });
    await writer().write([
      sampleEvent({ aggregate_id: certain, body: { their_number: number } }),
      sampleEvent({ aggregate_id: certain, body: { code: number } }),
      sampleEvent({ aggregate_id: possible, body: { code: number } }),
      sampleEvent({ body: { their_number: freshNumber() } }),
      attempt,
    ]);
    const { id, key } = await fileDeadLetter({ body: Buffer.from(JSON.stringify({ their_number: number })) });
    expect(await use().erasures.findPerson(personOf(number), { agentTopic: AGENT_TOPIC })).toEqual({
      certain: {
        calls: [certain],
        events: [{ key: dialer, uuid: attempt.uuid }],
        deadLetters: [{ id, key, topic: null }],
      },
      possible: { calls: [possible], events: [], deadLetters: [] },
      isOurs: false,
    });
  });

  test("a search since a mark finds data that was stored after the mark, and says whether the number is one of ours", async () => {
    const number = freshNumber();
    const [before, after] = [freshCallId(), freshCallId()];
    const { write } = writer();
    const ours = { our_number: number };
    await write([sampleEvent({ aggregate_id: before, body: ours })]);
    const since = await use().erasures.mark();
    await write([sampleEvent({ aggregate_id: after, body: ours })]);
    const found = await use().erasures.findPerson(personOf(number), { agentTopic: AGENT_TOPIC, since });
    expect(found).toMatchObject({ certain: { calls: [after] }, isOurs: true });
  });

  test("a mark fences a batch that was checked before", async () => {
    const { store, erasures } = use();
    const batch = { topic: freshTopic(), partition: 0 };
    await store.apply({ ...batch, expected: null, next: 1, events: [sampleEvent()] }, foldCall);
    const epoch = await store.ledgerEpoch(batch.topic, 0);
    await erasures.mark();
    const late = { ...batch, expected: 1, next: 2, events: [sampleEvent()], epoch };
    expect(await store.apply(late, foldCall)).toEqual({ fenced: true });
  });

  test("a call is found with its dead letters, and these can be deleted", async () => {
    const key = freshCallId();
    const { erasures, deadLetters } = use();
    expect(await erasures.findCall(key)).toEqual({ calls: [], events: [], deadLetters: [] });
    await writer().write([sampleEvent({ aggregate_id: key })]);
    const source = { topic: "call-events", partition: 3, offset: 7 };
    const { id } = await fileDeadLetter({ key, source });
    expect(await erasures.findCall(key)).toEqual({
      calls: [key],
      events: [],
      deadLetters: [{ id, key, topic: "call-events" }],
    });
    await erasures.deleteDeadLetters([id]);
    expect(await deadLetters.find(id)).toBeNull();
  });

  test("a share is measured by its events and their times", async () => {
    const [call, agent] = [freshCallId(), freshCallId()];
    const single = sampleEvent({ ...agentEvent(agent), offset: 90 });
    const ofCall = [10, 50].map((offset) => sampleEvent({ aggregate_id: call, offset }));
    await writer().write([...ofCall, single, sampleEvent({ ...agentEvent(agent), offset: 99 })]);
    const { erasures } = use();
    const events = [{ key: agent, uuid: single.uuid }];
    expect(await erasures.measure({ calls: [call], events, deadLetters: [] })).toEqual({
      events: 3,
      first_at: at(10),
      last_at: at(90),
    });
    expect(await erasures.measure({ calls: [], events: [], deadLetters: [] })).toEqual({
      events: 0,
      first_at: null,
      last_at: null,
    });
    expect(await erasures.countAgentEvents(agent)).toBe(2);
    expect(await erasures.countCalls()).toBeGreaterThan(0);
    expect(await erasures.countMembers()).toBeGreaterThan(0);
    expect(await erasures.hasUnreadable()).toBe(false);
  });

  test("calls without an event since a time are listed, and others are not", async () => {
    const [quiet, busy] = [freshCallId(), freshCallId()];
    await writer().write([
      sampleEvent({ aggregate_id: quiet, offset: 10 }),
      sampleEvent({ aggregate_id: busy, offset: 10 }),
      sampleEvent({ aggregate_id: busy, offset: 100 }),
    ]);
    const listed = (await all(use().erasures.unchangedSince(at(100)))).map(({ key }) => key);
    expect([listed.includes(quiet), listed.includes(busy)]).toEqual([true, false]);
  });

  test("old events of agents and dialers are listed, except those that an agent's state depends on", async () => {
    const [present, gone, dialer] = [freshCallId(), freshCallId(), freshCallId()];
    const said = (key: string, offset: number) =>
      sampleEvent({
        ...agentEvent(key, "actor.logged-in"),
        offset,
        occurred_at: at(offset),
        body: { queue: "900", timestamp: at(offset), actor: key },
      });
    const [first, second] = [said(present, 10), said(present, 20)];
    await writer().write([
      first,
      second,
      sampleEvent({ type: "actor.entered", offset: 200, body: { actor: present, timestamp: at(200) } }),
      said(gone, 10),
      sampleEvent({ ...agentEvent(dialer, "dialer.attempt"), offset: 10 }),
    ]);
    const listed = await all(use().erasures.outdatedSaid(at(100)));
    const ofKey = (key: string) => listed.filter((each) => each.key === key);
    expect(ofKey(present)).toEqual([
      { kind: "agent", key: present, erased_at: at(100), uuids: [first.uuid] },
    ]);
    expect(ofKey(gone)).toEqual([{ kind: "agent", key: gone, erased_at: at(100) }]);
    expect(ofKey(dialer)).toEqual([{ kind: "agent", key: dialer, erased_at: at(100) }]);
  });

  test("an erased call with a new dead letter is listed among the revived dead letters, and not among the revived calls", async () => {
    const key = freshCallId();
    const { erasures } = use();
    const { write, erase } = writer();
    await write([sampleEvent({ aggregate_id: key })]);
    await erase(erasureOf(callOf(key)));
    await fileDeadLetter({ key });
    const isOwn = (each: { key: string }) => each.key === key;
    expect((await all(erasures.revived())).filter(isOwn)).toEqual([]);
    expect((await all(erasures.revivedAside())).filter(isOwn)).toEqual([
      { kind: "call", key, erased_at: at(0) },
    ]);
  });
}

const agentEvent = (aggregate_id: string, type = "actor.paused") => ({
  kind: "agent" as const,
  aggregate_id,
  type,
});
