import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { runs } from "../../../../test/support/long.ts";
import { createAgenda } from "./agenda.ts";

test("jobs run in order of time, and jobs of the same time in the order in which they were added", () => {
  const times = fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 100 });
  fc.assert(
    fc.property(times, (added) => {
      const agenda = createAgenda();
      const ran: [number, number][] = [];
      for (const [index, atMs] of added.entries()) agenda.add(atMs, () => ran.push([agenda.nowMs(), index]));
      agenda.run();
      const expected = added.map((atMs, index): [number, number] => [atMs, index]);
      expect(ran).toEqual(expected.sort(([one], [other]) => one - other));
    }),
    { numRuns: runs(100) },
  );
});

test("a job adds other jobs for its own time or later, and never for the past", () => {
  const agenda = createAgenda();
  const ran: string[] = [];
  agenda.add(5, () => {
    agenda.add(5, () => ran.push("now"));
    agenda.add(6, () => ran.push("later"));
    expect(() => agenda.add(4, () => {})).toThrow(RangeError);
  });
  agenda.run();
  expect(ran).toEqual(["now", "later"]);
});
