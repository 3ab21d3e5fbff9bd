import { expect, test } from "@jest/globals";
import type { Call, CallState } from "@teravoz/protocol/client";
import fc from "fast-check";
import { sampleCall, sampleVisit } from "../../../testing/sample-call.ts";
import { COLUMNS, changeSorted, compareBy, firstOrderOf, type Order, sortCalls } from "./call-order.ts";

const NOW = Date.parse("2026-11-25T12:00:00.000Z");
const at = (seconds: number) => new Date(NOW - 3_600_000 + seconds * 1_000).toISOString();
let made = 0;
const call = (given: Partial<Call>): Call => {
  made += 1;
  return sampleCall({ id: made, aggregate_id: `call-${made}`, began_at: at(0), updated_at: at(0), ...given });
};
const sorted = (calls: Call[], by: Order["by"], descending = false) =>
  sortCalls(calls, { by, descending }, NOW).map(({ code }) => code);

test("queues are sorted as numbers and agents as words; unknown values come last in either direction", () => {
  const queues = ["1000", "900", "Álvaro", "alvo", null].map((queue, n) =>
    call({ queue, actor: queue, code: `${n}` }),
  );
  for (const by of ["queue", "agent"] as const) {
    expect(sorted(queues, by)).toEqual(["1", "0", "2", "3", "4"]);
    expect(sorted(queues, by, true)).toEqual(["3", "2", "0", "1", "4"]);
  }
});

test("states are sorted by the life cycle of a call, calls in the same state newest first", () => {
  const calls = (["FINISHED", "NEW", "WAITING", "NEW"] as const).map((state, n) =>
    call({ state, code: `${n}` }),
  );
  expect(sorted(calls, "state")).toEqual(["3", "1", "2", "0"]);
  expect(sorted(calls, "state", true)).toEqual(["0", "2", "3", "1"]);
});

test("the duration of a call in progress counts until now, that of a finished call until its end", () => {
  const calls = [
    call({ code: "over", state: "FINISHED", began_at: at(0), finished_at: at(100) }),
    call({ code: "goes on", began_at: at(3_400) }),
    call({ code: "long", began_at: at(10) }),
  ];
  expect(sorted(calls, "age")).toEqual(["over", "goes on", "long"]);
  expect(sorted(calls, "age", true)).toEqual(["long", "goes on", "over"]);
});

test("all calls of a number are sorted together, however the number is spelt", () => {
  const calls = ["11987654321", "2133334444", "5511987654321", "anonymous"].map((their_number, n) =>
    call({
      their_number,
      their_number_canonical: ["+5511987654321", "+552133334444", "+5511987654321", null][n]!,
      code: `${n}`,
    }),
  );
  expect(sorted(calls, "from")).toEqual(["2", "0", "1", "3"]);
});

test("an outbound call is sorted by our number as the calling number", () => {
  const numbers = { our_number: "1", their_number: "3" };
  const calls = [
    call({ ...numbers, code: "in" }),
    call({ ...numbers, counted_as: "outbound", code: "out" }),
    call({ ...numbers, their_number: "2", code: "between" }),
  ];
  expect(sorted(calls, "from")).toEqual(["out", "between", "in"]);
  expect(sorted(calls, "to")).toEqual(["between", "in", "out"]);
});

test("a call is sorted by all its queues, in the order of its visits", () => {
  const calls = [["901"], ["900", "902"], ["900"]].map((queues, n) =>
    call({ visits: queues.map((queue) => sampleVisit({ queue })), queue: "999", code: `${n}` }),
  );
  expect(sorted(calls, "queue")).toEqual(["2", "1", "0"]);
});

test("the first click on a column of texts sorts in ascending order, on a column of times in descending order", () => {
  expect(COLUMNS.filter((by) => firstOrderOf(by).descending)).toEqual(["began", "age"]);
});

const anyCall = fc
  .record({
    state: fc.constantFrom<CallState>("NEW", "WAITING", "FINISHED"),
    queue: fc.option(fc.constantFrom("900", "1000", "a", "A", "á")),
    actor: fc.option(fc.string({ maxLength: 2 })),
    their_number: fc.option(fc.constantFrom("551199", "1199", "+55")),
    created: fc.integer({ min: 0, max: 5 }),
  })
  .map(({ created, ...fields }) => call({ ...fields, began_at: at(created), updated_at: at(created + 3) }));

test("calls that are sorted at once and calls that are added and removed one by one have the same order", () => {
  const order = fc.record({ by: fc.constantFrom(...COLUMNS), descending: fc.boolean() });
  fc.assert(
    fc.property(fc.array(anyCall), fc.array(anyCall, { maxLength: 4 }), order, (many, few, wanted) => {
      const compare = compareBy(wanted, NOW);
      const whole = sortCalls([...many, ...few], wanted, NOW);
      expect(changeSorted(sortCalls(many, wanted, NOW), { out: [], into: few }, compare)).toEqual(whole);
      expect(changeSorted(whole, { out: few, into: [] }, compare)).toEqual(sortCalls(many, wanted, NOW));
      expect([...many, ...few].toSorted(compare)).toEqual(whole);
    }),
  );
});
