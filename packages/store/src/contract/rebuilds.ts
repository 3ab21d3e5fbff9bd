import { randomUUID } from "node:crypto";
import { expect, test } from "@jest/globals";
import { type Fold, foldCall, type KeysPage, type LoggedEvent, type Partition } from "@teravoz/domain";
import { OVERSIZED_EVENTS } from "../apply/settle.ts";
import {
  createWriter,
  findCall,
  foldBy,
  foldedPart,
  freshCallId,
  freshTopic,
  type Opened,
  sampleEvent,
  type Use,
} from "./samples.ts";

const altered = foldBy((events) => ({ ...foldCall(events)!, code: "altered", queue: "wrong" }));
const missing = foldBy(() => null);
const NEWER = foldCall.revision + 1;
const newer = foldBy((events) => ({ ...foldCall(events)!, fold: NEWER, code: "newer" }), NEWER);

/** Lists all keys, with few entries in a page so that every listing here takes several pages. */
async function listKeys({ store }: Opened, below: number | null = null) {
  const listed: Pick<KeysPage, "items" | "oversized"> = { items: [], oversized: [] };
  let cursor: string | null = null;
  do {
    const page: KeysPage = await store.listKeys({ limit: 50, cursor, below });
    listed.items.push(...page.items);
    listed.oversized.push(...page.oversized);
    cursor = page.next;
  } while (cursor !== null);
  return listed;
}

async function refold({ store }: Opened, place: Partition, keys: string[], fold: Fold = foldCall) {
  const refolded = await store.refold({ ...place, keys }, fold);
  if (refolded.superseded !== null) throw new Error("superseded");
  return refolded;
}

const oneCall = (aggregate_id = freshCallId()): LoggedEvent[] =>
  ["call.new", "call.standby", "call.finished"].map((type, offset) =>
    sampleEvent({ aggregate_id, type, offset }),
  );

export function describeRebuilds(use: Use): void {
  /** Writes the events of a call with a wrong fold. Returns the call and its partition. */
  const damaged = async (fold: Fold) => {
    const topic = freshTopic();
    const place = { topic, partition: 0 };
    const events = oneCall();
    const key = events[0]!.aggregate_id;
    const writer = createWriter(use(), topic);
    await writer.write(events, fold);
    return { place, events, key, writer };
  };

  test("a call that differs from its events is reported with its fields, replaced, and notified, and keeps its number", async () => {
    const { place, events, key } = await damaged(altered);
    const before = await findCall(use(), key);
    expect(await use().store.compare([key], foldCall)).toEqual([
      { key, kind: "changed", fields: ["code", "queue"] },
    ]);
    expect(await findCall(use(), key)).toEqual(before);
    const { differences, changes } = await refold(use(), place, [key]);
    expect(differences).toEqual([{ key, kind: "changed", fields: ["code", "queue"] }]);
    const after = await findCall(use(), key);
    expect(foldedPart(after)).toEqual(foldCall(events));
    expect(after.id).toBe(before.id);
    expect(after.version).toBeGreaterThan(before.version);
    expect(changes).toEqual([{ key, kind: "call", version: after.version, erased: false }]);
  });

  test("events without a call get a call with the number of the first event", async () => {
    const { place, events, key } = await damaged(missing);
    expect(await use().queries.findCalls([key])).toEqual([]);
    expect(await use().store.compare([key], foldCall)).toEqual([{ key, kind: "added", fields: [] }]);
    await refold(use(), place, [key]);
    const call = await findCall(use(), key);
    const { items } = await use().queries.listCallEvents(key, { limit: 9, bytes: 1e6, cursor: null });
    expect(foldedPart(call)).toEqual(foldCall(events));
    expect(call.id).toBe(Math.min(...items.map(({ id }) => id)));
  });

  test("a call without events is removed and notified", async () => {
    const phantom = freshCallId();
    const { place } = await damaged(foldBy((events) => ({ ...foldCall(events)!, aggregate_id: phantom })));
    expect((await listKeys(use())).items).toContain(phantom);
    const { differences, changes } = await refold(use(), place, [phantom]);
    expect(differences).toEqual([{ key: phantom, kind: "removed", fields: [] }]);
    expect(changes).toMatchObject([{ key: phantom, erased: false }]);
    expect(await use().queries.findCalls([phantom])).toEqual([]);
    expect(await use().store.compare([phantom], foldCall)).toEqual([]);
  });

  test("a correct call stays unchanged, and so does the position", async () => {
    const { place, events, key, writer } = await damaged(foldCall);
    const before = await findCall(use(), key);
    expect(await refold(use(), place, [key])).toMatchObject({ differences: [], changes: [] });
    expect(await findCall(use(), key)).toEqual(before);
    expect(await use().store.position(place.topic, 0)).toBe(events.length);
    expect(await writer.write(oneCall(key))).toMatchObject({ fenced: false });
  });

  test("changes that were not notified are returned by the next refold, until they are confirmed", async () => {
    const { place, key } = await damaged(altered);
    const { changes } = await refold(use(), place, [key]);
    expect(await refold(use(), place, [])).toMatchObject({ changes });
    await use().store.confirmNotified(place, changes);
    expect(await refold(use(), place, [])).toMatchObject({ changes: [] });
  });

  test("confirmNotified confirms only the notified changes, not later ones", async () => {
    const { place, key, writer } = await damaged(altered);
    const { changes } = await refold(use(), place, [key]);
    const more = oneCall();
    await writer.write(more, altered);
    const both = await refold(use(), place, [more[0]!.aggregate_id]);
    expect(both.changes).toEqual([...changes, expect.objectContaining({ key: more[0]!.aggregate_id })]);
    await use().store.confirmNotified(place, changes);
    expect(await refold(use(), place, [])).toMatchObject({ changes: both.changes });
  });

  test("a batch and a concurrent rebuild of its partition both take effect, and no writer is fenced", async () => {
    const { place, key, writer } = await damaged(altered);
    const events = Array.from({ length: 12 }, () => sampleEvent({ aggregate_id: key }));
    const writing = (async () => {
      for (const event of events) expect(await writer.write([event])).toMatchObject({ fenced: false });
    })();
    for (let round = 0; round < 12; round += 1) await refold(use(), place, [key]);
    await writing;
    expect(await use().store.compare([key], foldCall)).toEqual([]);
    expect(await findCall(use(), key)).toMatchObject({ events: 15, code: null });
  });

  test("an oversized call is listed separately, and folded from all its events", async () => {
    const { place, key, writer } = await damaged(foldCall);
    const grown = Array.from({ length: OVERSIZED_EVENTS }, (_, offset) =>
      sampleEvent({ aggregate_id: key, type: "call.data-provided", offset }),
    );
    await writer.write(grown);
    await writer.write(oneCall(key).slice(0, 2));
    expect(await findCall(use(), key)).toMatchObject({ events: OVERSIZED_EVENTS + 3 });
    for (const below of [null, NEWER]) {
      const { items, oversized } = await listKeys(use(), below);
      expect([items.includes(key), oversized.filter((each) => each === key)]).toEqual([false, [key]]);
    }
    await refold(use(), place, [key]);
    expect(await findCall(use(), key)).toMatchObject({ events: OVERSIZED_EVENTS + 5 });
    // later events leave it unchanged again
    await writer.write(oneCall(key).slice(0, 1));
    expect(await findCall(use(), key)).toMatchObject({ events: OVERSIZED_EVENTS + 5 });
  }, 60_000);

  test("every call is listed once over all pages, whatever characters its key has, and agents are not listed", async () => {
    const writer = createWriter(use());
    const run = randomUUID();
    const names = Array.from(
      { length: 70 },
      (_, n) => `${run}-${["a", "Z", "é", "\u{1f4de}", "\uffee", "$", "."][n % 7]}${n}`,
    );
    const agent = sampleEvent({ kind: "agent", aggregate_id: `${run}-agent`, type: "actor.paused" });
    await writer.write([agent, ...names.flatMap((name) => oneCall(name))]);
    const listed = (await listKeys(use())).items.filter((key) => key.startsWith(run));
    expect(listed.toSorted()).toEqual(names.toSorted());
  });

  test("a listing below a revision leaves out the calls that a fold of that revision has made", async () => {
    const old = await damaged(foldCall);
    const fresh = await damaged(newer);
    const gone = await damaged(missing);
    const { items: listed } = await listKeys(use(), NEWER);
    expect([old, fresh, gone].map(({ key }) => listed.includes(key))).toEqual([true, false, true]);
  });

  test("a partition that a higher revision has claimed, or written, accepts no batch and no rebuild of a lower revision", async () => {
    const { place, key, writer } = await damaged(foldCall);
    const expected = await use().store.position(place.topic, 0);
    expect(await use().store.claim([place], NEWER)).toEqual({ superseded: null, behind: true });
    const before = await findCall(use(), key);
    const late = { ...place, expected, next: 99, events: oneCall(key) };
    expect(await use().store.apply(late, foldCall)).toEqual({ fenced: true, superseded: NEWER });
    expect(await use().store.refold({ ...place, keys: [key] }, altered)).toEqual({ superseded: NEWER });
    expect(await use().store.claim([place], foldCall.revision)).toEqual({ superseded: NEWER });
    expect(await findCall(use(), key)).toEqual(before);
    expect(await use().store.position(place.topic, 0)).toBe(expected);
    expect(await writer.write(oneCall(key), newer)).toMatchObject({ fenced: false });

    const written = await damaged(newer);
    const next = { ...written.place, expected: 3, next: 4, events: [] };
    expect(await use().store.apply(next, foldCall)).toEqual({ fenced: true, superseded: NEWER });
  });

  test("a claim says whether a rebuild of its revision was finished, and a partition that was never read can be claimed", async () => {
    const { store } = use();
    const topic = freshTopic();
    const partitions = [0, 1].map((partition) => ({ topic, partition }));
    expect(await store.claim(partitions, 1)).toEqual({ superseded: null, behind: true });
    await store.finish(partitions, 1);
    expect(await store.claim(partitions, 1)).toEqual({ superseded: null, behind: false });
    expect(await store.claim(partitions, 2)).toEqual({ superseded: null, behind: true });
    expect(await store.position(topic, 0)).toBeNull();
    const batch = { topic, partition: 0, expected: null, next: 3, events: oneCall() };
    expect(await store.apply(batch, newer)).toMatchObject({ fenced: false });
    expect(await store.position(topic, 0)).toBe(3);
  });
}
