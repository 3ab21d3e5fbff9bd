import { expect, test } from "@jest/globals";
import { callsAt, type Event, foldCall, type RecentCall, recentPart, TooLarge } from "@teravoz/domain";
import { OVERSIZED_BYTES, OVERSIZED_EVENTS } from "../apply/settle.ts";
import {
  at,
  createWriter,
  findCall,
  findEvents,
  foldBy,
  foldedPart,
  freshCallId,
  freshTopic,
  olderFold,
  sampleEvent,
  type Use,
} from "./samples.ts";

/** Makes the events of a call from the first to the last, one second apart. */
function wholeCall(aggregate_id = freshCallId()) {
  const types = [
    "call.new",
    "call.standby",
    "call.waiting",
    "actor.entered",
    "call.ongoing",
    "call.finished",
  ];
  return types.map((type, offset) =>
    sampleEvent({ aggregate_id, type, offset, body: { timestamp: at(offset).toISOString(), queue: "900" } }),
  );
}

const byName = (one: RecentCall, other: RecentCall) => (one.aggregate_id < other.aggregate_id ? -1 : 1);
const byTime = (one: Event, other: Event) => one.received_at.getTime() - other.received_at.getTime();

export function describeCalls(use: Use): void {
  test("a call is the fold of all its events, for any division of them into batches", async () => {
    const writer = createWriter(use());
    const events = wholeCall();
    for (const event of events) await writer.write([event]);
    const call = await findCall(use(), events[0]!.aggregate_id);
    expect(foldedPart(call)).toEqual(foldCall(events));
    expect(call).toMatchObject({ state: "FINISHED", queue: "900", events: 6 });
  });

  test("the order of arrival does not change the call", async () => {
    const writer = createWriter(use());
    const events = wholeCall();
    await writer.write(events.slice(3).reverse());
    await writer.write(events.slice(0, 3).reverse());
    expect(foldedPart(await findCall(use(), events[0]!.aggregate_id))).toEqual(foldCall(events));
  });

  test("listRecentCalls lists the calls that had an event since a moment, with the fields that the board counts", async () => {
    const writer = createWriter(use());
    const [old, recent] = [wholeCall(), wholeCall()];
    const late = sampleEvent({
      aggregate_id: recent[0]!.aggregate_id,
      type: "call.data-provided",
      offset: 9_000,
    });
    await writer.write([...old, ...recent, late]);
    const listed = await use().queries.listRecentCalls(at(9_000));
    const names = listed.map(({ aggregate_id }) => aggregate_id);
    expect(names).toContain(late.aggregate_id);
    expect(names).not.toContain(old[0]!.aggregate_id);
    const call = await findCall(use(), late.aggregate_id);
    expect(listed).toContainEqual(recentPart(call));
    expect(call.legs).toHaveLength(1);
  });

  test("listReturnableCalls lists the calls that were abandoned since a moment, every recent call of the same people, and no other calls", async () => {
    const writer = createWriter(use());
    // a time that no other test uses
    const begin = 900_000;
    const [ana, beto, caio] = [1, 2, 3].map((n) => `+999${String(Date.now()).slice(-9)}${n}`);
    const call = (their_number: string | null, seconds: number, types: string[], more = {}) => {
      const aggregate_id = freshCallId();
      return types.map((type, n) =>
        sampleEvent({
          aggregate_id,
          type,
          offset: begin + seconds + n,
          body: { queue: "900", their_number, timestamp: at(begin + seconds + n).toISOString(), ...more },
        }),
      );
    };
    const abandoned = ["call.waiting", "call.queue-abandon", "call.finished"];
    const answered = ["call.waiting", "actor.entered", "call.ongoing"];
    const calls = {
      "ana gave up": call(ana!, 10, abandoned),
      "ana was called": call(ana!, 30, ["call.new", "call.ongoing"], { direction: "outbound" }),
      "ana long before": call(ana!, -60, answered),
      "no number gave up": call(null, 12, abandoned),
      "no number was answered": call(null, 14, answered),
      "beto gave up before": call(beto!, -50, abandoned),
      "beto was answered": call(beto!, 20, answered),
      "caio gave up a call of ours": call(caio!, 15, abandoned, { direction: "outbound" }),
    };
    await writer.write(Object.values(calls).flat());
    const names = new Map(Object.entries(calls).map(([name, [event]]) => [event!.aggregate_id, name]));
    const listed = await use().queries.listReturnableCalls(at(begin));
    const mine = listed.filter(({ aggregate_id }) => names.has(aggregate_id));
    expect(mine.map(({ aggregate_id }) => names.get(aggregate_id)).sort()).toEqual([
      "ana gave up",
      "ana was called",
      "no number gave up",
    ]);
    const [whole] = await use().queries.findCalls([calls["ana gave up"][0]!.aggregate_id]);
    expect(mine).toContainEqual(recentPart(whole!));
    const [{ ended_at } = { ended_at: null }] = whole!.legs;
    const later = await use().queries.listReturnableCalls(new Date(ended_at!.getTime() + 1));
    expect(later.map(({ aggregate_id }) => names.get(aggregate_id))).not.toContain("ana gave up");
  });

  test("a call that a fold of revision 3 made is returned with every field, and its next event folds it again", async () => {
    const writer = createWriter(use());
    const begin = 950_000;
    const answered = wholeCall().map((event, n) => ({ ...event, received_at: at(begin + n) }));
    const bare = wholeCall().slice(0, 1);
    const entered = answered[3]!;
    answered[3] = {
      ...entered,
      payload: entered.payload.replace("{", '{"actor":"ana","direction":"Outbound",'),
    };
    await writer.write([...answered, ...bare], olderFold);
    const call = await findCall(use(), answered[0]!.aggregate_id);
    const folded = foldCall(answered)!;
    expect(Object.keys(call).sort()).toEqual([...Object.keys(folded), "id", "version"].sort());
    expect(call).toMatchObject({
      fold: 3,
      began_at: folded.created_at,
      counted_as: "outbound",
      connected_at: null,
      abandoned_at: null,
      talks: [],
      rings: [],
      queues: ["900"],
      agents: [],
      legs: [{ queue: "900", wait_known: true, answered_by: "ana", agent: "ana" }],
    });
    const { aggregate_id } = call;
    const ofCall = (each: RecentCall) => each.aggregate_id === aggregate_id;
    const listed = (await use().queries.listRecentCalls(at(begin))).find(ofCall)!;
    expect(Object.keys(listed).sort()).toEqual(Object.keys(recentPart(call)).sort());
    expect(listed).toMatchObject({ talks: [], rings: [], legs: call.legs });
    expect(listed.began_at).toBeInstanceOf(Date);
    const moving = await use().queries.listMovingCalls({ from: at(begin), to: at(begin + 9), bytes: 1e6 });
    expect(moving.map((each) => each.call).find(ofCall)).toEqual(listed);
    const page = { limit: 1, cursor: null };
    expect((await use().queries.listCalls({ aggregate_id }, page)).items).toEqual([call]);
    const none = await findCall(use(), bare[0]!.aggregate_id);
    expect(none).toMatchObject({ counted_as: "inbound", legs: [], talks: [] });
    const next = sampleEvent({ aggregate_id, type: "call.data-provided", offset: begin + 8 });
    await writer.write([next]);
    expect(foldedPart(await findCall(use(), aggregate_id))).toEqual(foldCall([...answered, next]));
  });

  test("the calls that ended before a period and the calls that moved in it give the calls of any moment of the period", async () => {
    const writer = createWriter(use());
    // a time that no other test uses
    const begin = 500_000;
    const whole = (beganAt: number) =>
      wholeCall().map((event, n) => ({ ...event, received_at: at(begin + beganAt + n) }));
    const [before, across, within, after] = [whole(-10), whole(-2), whole(3), whole(20)];
    const all = [...before!, ...across!, ...within!, ...after!];
    await writer.write(all);
    const [from, to] = [at(begin), at(begin + 10)];
    const settled = await use().queries.listRecentCalls(at(begin - 60), from);
    const moving = await use().queries.listMovingCalls({ from, to, bytes: 1_000_000 });
    expect(settled.map(({ aggregate_id }) => aggregate_id)).toEqual([before![0]!.aggregate_id]);
    expect(moving.map(({ events }) => events.length)).toEqual([6, 6]);
    for (let second = 0; second <= 10; second += 1) {
      const moment = at(begin + second);
      const known = Map.groupBy(
        all.filter(({ received_at }) => received_at <= moment),
        (event) => event.aggregate_id,
      );
      const folded = [...known.values()].map((events) => recentPart({ ...foldCall(events)!, version: 0 }));
      const past = callsAt({ settled, moving }, moment, foldCall).map((call) => ({ ...call, version: 0 }));
      expect(past.sort(byName)).toEqual(folded.sort(byName));
    }
  });

  test("listMovingCalls lists each call that had begun by the end of the period and had an event after its start, with its events up to the end", async () => {
    const writer = createWriter(use());
    const begin = 600_000;
    const events = wholeCall().map((event, n) => ({ ...event, received_at: at(begin + n) }));
    await writer.write(events);
    const moving = (from: number, to: number, bytes = 1_000_000) =>
      use().queries.listMovingCalls({ from: at(begin + from), to: at(begin + to), bytes });
    for (const [from, to, count] of [
      [-2, -1, null],
      [-1, 0, 1],
      [4, 4, 5],
      [5, 9, null],
    ] as const)
      expect((await moving(from, to)).map((each) => each.events.length)).toEqual(count ? [count] : []);
    const [found] = await moving(2, 3);
    const { aggregate_id } = events[0]!;
    expect(found!.call).toEqual(recentPart(await findCall(use(), aggregate_id)));
    const sent = events.slice(0, 4).map(({ source: _source, ...event }) => event);
    expect(found!.events.toSorted(byTime)).toEqual(sent);
    const held = sent.reduce((all, { payload }) => all + Buffer.byteLength(payload), 0);
    expect(await moving(2, 3, held)).toHaveLength(1);
    await expect(moving(2, 3, held - 1)).rejects.toThrow(TooLarge);
  });

  test("events are counted by type and minute, each once, in whichever partition they were stored", async () => {
    // the counts are those of the whole store and are deleted after a day, so the test uses a minute far ahead that no
    // other test uses
    const offset = 60 * 40_000_000;
    const one = () => [
      sampleEvent({ type: "call.new", offset: offset - 1 }),
      sampleEvent({ type: "call.new", offset }),
      sampleEvent({ type: "call.queue-abandon", offset: offset + 61 }),
    ];
    const [first, second] = [one(), one()];
    const writer = createWriter(use());
    await writer.write(first);
    await writer.write([...first, second[0]!]);
    await createWriter(use()).write(second);
    const { countEvents } = use().queries;
    expect(await countEvents(at(offset))).toEqual({ "call.new": 2, "call.queue-abandon": 2 });
    expect(await countEvents(at(offset + 1))).toEqual({ "call.queue-abandon": 2 });
    expect(await countEvents(at(offset - 60))).toEqual({ "call.new": 4, "call.queue-abandon": 2 });
    const minutes = [-60, 0, 60].map((seconds) => ({ minute: at(offset + seconds), events: 2 }));
    const { countMinutes } = use().queries;
    expect(await countMinutes(at(offset - 60))).toEqual(minutes);
    expect(await countMinutes(at(offset + 1))).toEqual(minutes.slice(2));
  });

  test("positions are listed in the order of the request, with null for a partition without a stored position", async () => {
    const [one, other] = [createWriter(use()), createWriter(use())];
    await one.write([sampleEvent(), sampleEvent()]);
    await other.write([sampleEvent()]);
    const places = [other.topic, freshTopic(), one.topic].map((topic) => ({ topic, partition: 0 }));
    expect(await use().queries.listPositions(places)).toEqual([1, null, 2]);
    expect(await use().queries.listPositions([{ topic: one.topic, partition: 1 }])).toEqual([null]);
  });

  test("every event has a unique number, a later batch has higher ones, and a call has the number of its first event", async () => {
    const writer = createWriter(use());
    const [one, other] = [wholeCall(), wholeCall()];
    await writer.write([one[2]!, other[2]!, one[1]!]);
    const first = await findEvents(use(), one[0]!.aggregate_id);
    await writer.write([one[0]!, ...one.slice(3), other[0]!]);
    const all = [
      ...(await findEvents(use(), one[0]!.aggregate_id)),
      ...(await findEvents(use(), other[0]!.aggregate_id)),
    ];
    const ids = all.map(({ id }) => id);
    expect(new Set(ids).size).toBe(8);
    expect(ids.every((id) => Number.isSafeInteger(id) && id > 0)).toBe(true);
    const numbered = (uuid: string) => all.find((event) => event.uuid === uuid)!.id;
    expect(numbered(one[0]!.uuid)).toBeGreaterThan(Math.max(...first.map(({ id }) => id)));
    expect((await findCall(use(), one[0]!.aggregate_id)).id).toBe(numbered(one[2]!.uuid));
    expect((await findCall(use(), other[0]!.aggregate_id)).id).toBe(numbered(other[2]!.uuid));
  });

  test("numbers stay unique while many partitions are written at the same time", async () => {
    const calls = await Promise.all(
      Array.from({ length: 8 }, async () => {
        const events = wholeCall();
        const writer = createWriter(use());
        for (const event of events) await writer.write([event]);
        return findEvents(use(), events[0]!.aggregate_id);
      }),
    );
    expect(new Set(calls.flat().map(({ id }) => id)).size).toBe(48);
  });

  test("a version is the time of the change, and grows with each change even within a millisecond", async () => {
    const writer = createWriter(use());
    const events = wholeCall();
    const before = Date.now();
    const versions: number[] = [];
    for (const event of events) {
      const { changes } = await writer.write([event]);
      expect(changes).toEqual([
        { key: event.aggregate_id, kind: "call", version: expect.any(Number), erased: false },
      ]);
      versions.push(changes[0]!.version);
    }
    expect(versions[0]).toBeGreaterThanOrEqual(before);
    expect(versions.every((version, index) => index === 0 || version > versions[index - 1]!)).toBe(true);
    expect((await findCall(use(), events[0]!.aggregate_id)).version).toBe(versions.at(-1));
  });

  test("a duplicate in a later batch is notified again, with the stored version of its call", async () => {
    const writer = createWriter(use());
    const [event] = wholeCall();
    const first = await writer.write([event!]);
    const again = await writer.write([event!]);
    expect(again).toMatchObject({ added: [], duplicates: [event!.uuid] });
    expect(again.changes).toEqual(first.changes);
  });

  test("a call that another fold makes differently is replaced and keeps its number", async () => {
    const writer = createWriter(use());
    const [event] = wholeCall();
    await writer.write([event!]);
    const before = await findCall(use(), event!.aggregate_id);
    const revised = foldBy((events) => ({ ...foldCall(events)!, fold: 99, code: "revised" }), 99);
    await writer.write([event!], revised);
    const after = await findCall(use(), event!.aggregate_id);
    expect(after).toMatchObject({ id: before.id, fold: 99, code: "revised" });
    expect(after.version).toBeGreaterThan(before.version);
  });

  test("only the calls of the batch are notified, each once", async () => {
    const writer = createWriter(use());
    const [one, other, absent] = [wholeCall(), wholeCall(), wholeCall()];
    await writer.write(absent);
    const { changes } = await writer.write([...one, ...other, ...one]);
    expect(changes.map(({ key }) => key).sort()).toEqual(
      [one[0]!.aggregate_id, other[0]!.aggregate_id].sort(),
    );
  });

  test("the versions of calls and agents that changed recently are listed, also for a reader whose clock is ahead", async () => {
    const writer = createWriter(use());
    const [call, agent] = [
      wholeCall(),
      sampleEvent({
        kind: "agent",
        aggregate_id: freshCallId(),
        type: "actor.paused",
        received_at: new Date(),
      }),
    ];
    const { changes } = await writer.write([...call, agent]);
    const until = Math.max(...changes.map(({ version }) => version));
    const listed = async (later: number) => {
      const all = await use().queries.listVersions({ withinMs: 60_000, until: until + later, limit: 10_000 });
      return all
        .filter(({ key }) => changes.some((change) => change.key === key))
        .map(({ kind, key }) => [kind, key]);
    };
    const both = [
      ["call", call[0]!.aggregate_id],
      ["agent", agent.aggregate_id],
    ];
    expect(await listed(0)).toEqual(both);
    expect(await listed(3_600_000)).toEqual(both);
    const found = await findCall(use(), call[0]!.aggregate_id);
    const all = await use().queries.listVersions({ withinMs: 60_000, until, limit: 10_000 });
    expect(all.find(({ key }) => key === found.aggregate_id)?.version).toBe(found.version);
  });

  test("each entered erasure moves the mark of erasures, and so does a repeated one", async () => {
    const writer = createWriter(use());
    const call = wholeCall();
    await writer.write(call);
    const { queries } = use();
    const marks = [await queries.erasureMark()];
    for (let n = 0; n < 2; n += 1) {
      const [erased_at, log_clean_by] = [new Date(), new Date(Date.now() + 1_000)];
      await writer.write([], foldCall, [
        { kind: "call", key: call[0]!.aggregate_id, erased_at, log_clean_by },
      ]);
      marks.push(await queries.erasureMark());
    }
    expect(marks.toSorted((one, other) => one - other)).toEqual(marks);
    expect(new Set(marks).size).toBe(3);
  });

  test("a call above the limit of events is no longer folded, but its events are stored, each once", async () => {
    const writer = createWriter(use());
    const aggregate_id = freshCallId();
    const events = Array.from({ length: OVERSIZED_EVENTS + 1 }, (_, offset) =>
      sampleEvent({ aggregate_id, type: "call.data-provided", offset }),
    );
    await writer.write(events.slice(0, -1));
    await writer.write(events.slice(-1));
    const grown = await findCall(use(), aggregate_id);
    expect(grown.events).toBe(OVERSIZED_EVENTS + 1);
    const late = sampleEvent({ aggregate_id, type: "call.finished" });
    const applied = await writer.write([late, events[0]!]);
    expect(applied).toMatchObject({ added: [late.uuid], duplicates: [events[0]!.uuid] });
    expect(applied.changes).toMatchObject([{ key: aggregate_id, version: grown.version }]);
    expect(await findCall(use(), aggregate_id)).toEqual(grown);
    expect(await findEvents(use(), aggregate_id)).toHaveLength(OVERSIZED_EVENTS + 2);
  }, 60_000);

  test("a call with few large events is oversized as soon as they are above the limit of bytes", async () => {
    const writer = createWriter(use());
    const aggregate_id = freshCallId();
    const large = { aggregate_id, body: { note: "é".repeat(OVERSIZED_BYTES / 8) } };
    for (let n = 1; n <= 4; n += 1) await writer.write([sampleEvent(large)]);
    const grown = await findCall(use(), aggregate_id);
    expect(grown.events).toBe(4);
    await writer.write([sampleEvent({ aggregate_id, type: "call.finished" })]);
    expect(await findCall(use(), aggregate_id)).toEqual(grown);
    expect(await findEvents(use(), aggregate_id)).toHaveLength(5);
  });
}
