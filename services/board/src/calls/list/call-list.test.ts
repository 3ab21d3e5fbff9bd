import { expect, test } from "@jest/globals";
import type { Call, CallState } from "@teravoz/protocol/client";
import fc from "fast-check";
import { sampleCall } from "../../../testing/sample-call.ts";
import { createCallList } from "./call-list.ts";
import { COLUMNS, sortCalls } from "./call-order.ts";

const NOW = Date.parse("2026-11-25T12:00:00.000Z");
const call = (id: number, version: number, state: CallState = "WAITING"): Call =>
  sampleCall({
    id,
    version,
    aggregate_id: `call-${id}`,
    state,
    queue: `${version % 3}`,
    began_at: new Date(NOW - id * 1_000).toISOString(),
    updated_at: new Date(NOW).toISOString(),
  });
const isWaiting = ({ state }: Call) => state === "WAITING";
const shown = (list: ReturnType<typeof createCallList>) =>
  list.rows().map(({ id, version }) => `${id}:${version}`);

test("a changed call keeps its position; a call that leaves the filter and an erased call are removed", () => {
  const list = createCallList(isWaiting);
  list.replace([call(1, 1), call(2, 1), call(3, 1)], NOW);
  expect(shown(list)).toEqual(["1:1", "2:1", "3:1"]);
  list.change([call(2, 2), call(4, 2)], [], NOW);
  expect(shown(list)).toEqual(["1:1", "2:2", "3:1", "4:2"]);
  list.change([call(1, 3, "ONGOING")], ["call-3"], NOW);
  expect(shown(list)).toEqual(["2:2", "4:2"]);
  list.change([call(2, 1)], [], NOW);
  expect(shown(list)).toEqual(["2:2", "4:2"]);
});

test("a reading does not bring back a call that left or was erased after the reading began", () => {
  const list = createCallList(isWaiting);
  list.begin();
  list.add([call(1, 1)], NOW);
  list.change([call(2, 2, "ONGOING"), call(5, 9)], ["call-3"], NOW);
  list.add([call(2, 1), call(3, 1), call(4, 1)], NOW);
  expect(shown(list)).toEqual(["1:1", "4:1", "5:9"]);
  list.replace([call(2, 1), call(3, 1), call(4, 1)], NOW);
  expect(shown(list)).toEqual(["4:1", "5:9"]);
  list.end();
  list.add([call(3, 1)], NOW);
  expect(shown(list)).toEqual(["3:1", "4:1", "5:9"]);
});

test("a call that no longer belongs to the list is removed by the next prune", () => {
  let oldest = 0;
  const list = createCallList(({ id }) => id >= oldest);
  list.replace([call(1, 1), call(2, 1)], NOW);
  oldest = 2;
  list.prune();
  expect(shown(list)).toEqual(["2:1"]);
});

/** A step of a server whose calls change, and whose pages arrive after they were read. */
const step = fc.oneof(
  fc.record({
    do: fc.constant("change" as const),
    id: fc.integer({ min: 1, max: 12 }),
    state: fc.constantFrom<CallState>("WAITING", "ONGOING"),
  }),
  fc.record({ do: fc.constant("erase" as const), id: fc.integer({ min: 1, max: 12 }) }),
  fc.record({ do: fc.constantFrom("read" as const, "take" as const) }),
);

test("after any changes during a reading the list equals the server's calls, in its order", () => {
  const order = fc.record({ by: fc.constantFrom(...COLUMNS), descending: fc.boolean() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), order, (steps, wanted) => {
      const server = new Map<number, Call>();
      const list = createCallList(isWaiting);
      list.sort(wanted, NOW);
      list.begin();
      const pages: Call[][] = [];
      const all: Call[] = [];
      let version = 0;
      for (const each of [...steps, { do: "read" as const }]) {
        version += 1;
        if (each.do === "change") {
          const changed = call(each.id, version, each.state);
          server.set(each.id, changed);
          list.change([changed], [], NOW);
        } else if (each.do === "erase") {
          if (server.delete(each.id)) list.change([], [`call-${each.id}`], NOW);
        } else if (each.do === "read") pages.push([...server.values()].filter(isWaiting));
        else {
          const page = pages.shift() ?? [];
          all.push(...page);
          list.add(page, NOW);
        }
      }
      for (const page of pages) all.push(...page);
      const truth = sortCalls([...server.values()].filter(isWaiting), wanted, NOW);
      list.replace(all, NOW);
      expect(list.rows()).toEqual(truth);
      list.end();
      list.change([call(13, version + 1)], [], NOW);
      expect(list.rows()).toHaveLength(truth.length + 1);
    }),
  );
});
