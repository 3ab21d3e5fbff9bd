import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { runs } from "../../../../test/support/long.ts";
import { type Erased, erasedPersonOf, erasureOf, latestErased, ledgerKeysOf, partsOf } from "./erasure.ts";
import { findParties } from "./parties.ts";

const at = (seconds: number) => new Date(Date.UTC(2026, 0, 1) + seconds * 1000);
const stamped = (received: number, occurred: number | null = null) => ({
  received_at: at(received),
  occurred_at: occurred === null ? null : at(occurred),
});
const byId = (...erased: Erased[]) => latestErased(erased);
const person = { kind: "number", key: "+5511987654321" } as const;

test("a tombstone of single events has one part for each event, and any other tombstone is one part", () => {
  const erasure = { kind: "agent", key: "c", erased_at: at(1), log_clean_by: at(9) } as const;
  expect(partsOf([{ ...erasure, uuids: ["a", "b"] }])).toMatchObject([
    { kind: "event", key: "a", of: "c" },
    { kind: "event", key: "b", of: "c" },
  ]);
  expect(partsOf([{ ...erasure, uuids: [] }])).toEqual([]);
  expect(partsOf([erasure])).toEqual([erasure]);
});

test("a single event is erased permanently, and the other events of its agent are not", () => {
  const erased = byId({ kind: "event", key: "a", erased_at: at(1) });
  const event = { kind: "agent", aggregate_id: "c", ...stamped(99) } as const;
  expect(erasureOf({ ...event, uuid: "a" }, erased)).toBeDefined();
  expect(erasureOf({ ...event, uuid: "b" }, erased)).toBeUndefined();
  expect(erasureOf(event, erased)).toBeUndefined();
});

test("the keys to look up in the ledger are each call, each agent and each event of an agent", () => {
  const events = [
    { kind: "call", aggregate_id: "1", uuid: "a" },
    { kind: "call", aggregate_id: "1", uuid: "b" },
    { kind: "agent", aggregate_id: "1", uuid: "c" },
  ] as const;
  expect(ledgerKeysOf(events)).toEqual([
    { kind: "call", key: "1" },
    { kind: "agent", key: "1" },
    { kind: "event", key: "c" },
  ]);
});

test("the earlier of an event's two times decides whether it is older than a person's erasure", () => {
  const erased = byId({ ...person, erased_at: at(10) });
  const parties = findParties('{"their_number":"11987654321"}');
  const of = (received: number, occurred: number | null = null) =>
    erasedPersonOf(stamped(received, occurred), parties, erased);
  expect([of(10), of(99, 10), of(10, 99)]).toEqual([person, person, person]);
  expect([of(11), of(11, 12)]).toEqual([null, null]);
});

test("an erasure covers possible parties only if they are included, and covers an agent by name", () => {
  const parties = findParties('{"code":"11987654321","actor":"ana"}');
  const sure = byId({ ...person, erased_at: at(10) });
  const wide = byId({ ...person, erased_at: at(10), possible_until: at(5) });
  expect(erasedPersonOf(stamped(1), parties, sure)).toBeNull();
  expect(erasedPersonOf(stamped(5), parties, wide)).toEqual(person);
  expect(erasedPersonOf(stamped(6), parties, wide)).toBeNull();
  const agent = { kind: "actor", key: "ana" } as const;
  expect(erasedPersonOf(stamped(1), parties, byId({ ...agent, erased_at: at(2) }))).toEqual(agent);
});

test("the erasure of a random number covers no event in which the number is not a party", () => {
  const subscriber = fc.integer({ min: 0, max: 99_999_999 }).map((n) => `119${String(n).padStart(8, "0")}`);
  fc.assert(
    fc.property(subscriber, subscriber, fc.integer(), (gone, named, seconds) => {
      fc.pre(gone !== named);
      const erased = byId({ kind: "number", key: `+55${gone}`, erased_at: at(10), possible_until: at(10) });
      const body = JSON.stringify({ call_id: gone, timestamp: gone, sid: gone, their_number: named });
      expect(erasedPersonOf(stamped(seconds % 100), findParties(body), erased)).toBeNull();
    }),
    { numRuns: runs(200) },
  );
});
