import { expect, test } from "@jest/globals";
import type { Abandoned, AbandonedPerson } from "@teravoz/protocol/client";
import { anonymousOf, openFirst, toAbandonedCsv } from "./abandoned-callers.ts";

const person = (given: Partial<AbandonedPerson>): AbandonedPerson => ({
  person: "+5511987654321",
  their_number: "11987654321",
  their_number_display: "+55 11 98765-4321",
  aggregate_id: "a",
  times: 2,
  first_at: "2026-11-20T12:00:00.000Z",
  last_at: "2026-11-25T12:00:00.000Z",
  longest_wait_ms: 61_000,
  short: false,
  talked_at: null,
  ...given,
});
const hidden: Abandoned = {
  aggregate_id: "h",
  their_number: "anonymous",
  their_number_display: null,
  person: null,
  queue: "900",
  entered_at: "2026-11-25T12:00:00.000Z",
  ended_at: "2026-11-25T12:01:00.000Z",
  waited_ms: null,
  short: false,
  returned_at: null,
};
const talked_at = "2026-11-25T13:00:00.000Z";

test("callers who need a call back come first, callers with only short waits after them", () => {
  const people = [
    person({ aggregate_id: "short", short: true }),
    person({ aggregate_id: "open" }),
    person({ aggregate_id: "talked", talked_at }),
    person({ aggregate_id: "open too" }),
  ];
  expect(openFirst(people).map(({ aggregate_id }) => aggregate_id)).toEqual([
    "open",
    "open too",
    "short",
    "talked",
  ]);
});

test("only abandons of hidden numbers are listed separately", () => {
  expect(anonymousOf({ abandoned: [hidden, { ...hidden, person: "+5511987654321" }] })).toEqual([hidden]);
});

const manner = { language: "en", masked: false, zone: "America/Sao_Paulo" } as const;

test("the file has a row for each person and for each anonymous abandon, an unknown wait is empty", () => {
  const lines = toAbandonedCsv({ people: [person({ talked_at })], abandoned: [hidden] }, manner).split(
    "\r\n",
  );
  expect(lines).toEqual([
    "their_number,times,first_at,last_at,longest_wait_ms,short,talked_at,aggregate_id",
    "11987654321,2,2026-11-20T09:00:00.000-03:00,2026-11-25T09:00:00.000-03:00,61000,false,2026-11-25T10:00:00.000-03:00,a",
    "anonymous,1,2026-11-25T09:01:00.000-03:00,2026-11-25T09:01:00.000-03:00,,false,,h",
    "",
  ]);
});

test("numbers masked on the page are masked in the file", () => {
  const text = toAbandonedCsv({ people: [person({})], abandoned: [] }, { ...manner, masked: true });
  expect(text).toContain("'+55 11 9****-4321,2,");
  expect(text).not.toContain("98765");
});
