import { expect, test } from "@jest/globals";
import type { Call } from "@teravoz/protocol/client";
import { sampleCall, sampleVisit } from "../../testing/sample-call.ts";
import type { FileOptions } from "../base/table-file.ts";
import { toCsv, toNdjson } from "./export.ts";

const manner: FileOptions = { language: "en", masked: false, zone: "America/Sao_Paulo" };
const talk = (agent: string) => ({
  agent,
  extension: null,
  entered_at: "2026-11-25T13:42:30.000Z",
  ended_at: null,
});
const call = sampleCall({
  aggregate_id: "1463669263.30033",
  state: "FINISHED",
  direction: "Inbound",
  abandoned: true,
  events: 5,
  their_number: "5511987654321",
  our_number: "551130001000",
  actor: null,
  queue: "900",
  began_at: "2026-11-25T13:42:07.123Z",
  finished_at: "2026-11-25T13:43:00.000Z",
  created_at: "2026-11-26T00:00:00.000Z",
  updated_at: "2026-11-26T00:00:00.000Z",
  their_number_canonical: "+5511987654321",
  their_number_display: "+55 11 98765-4321",
  our_number_canonical: "+551130001000",
  our_number_display: "+55 11 3000-1000",
  visits: [sampleVisit({ queue: "901" }), sampleVisit({ queue: "900" })],
  talks: [talk("beto@example.com"), talk("ana@example.com"), talk("Beto@example.com")],
});
const header =
  "aggregate_id,state,direction,counted_as,from,to,queues,agents,code,began_at,answered_at,connected_at,finished_at,abandoned,events,recording_url";

test("a call is one row with its beginning, all its queues and agents in their order, and times in the account's zone", () => {
  const row = [
    "1463669263.30033",
    "FINISHED",
    "Inbound",
    "inbound",
    "5511987654321",
    "551130001000",
    ...['"901, 900"', '"beto@example.com, ana@example.com"', "", "2026-11-25T10:42:07.123-03:00", "", ""],
    "2026-11-25T10:43:00.000-03:00",
    "true",
    "5",
    "",
  ];
  expect(toCsv([call], manner)).toBe(`${header}\r\n${row.join(",")}\r\n`);
});

test("an outbound call is exported from our number to theirs", () => {
  const outbound = { ...call, counted_as: "outbound" as const };
  expect(toCsv([outbound], manner)).toContain(",outbound,551130001000,5511987654321,");
});

test("a file in Portuguese has semicolons and a byte order mark", () => {
  const text = toCsv([{ ...call, code: "a;b" }], { ...manner, language: "pt-BR" });
  expect(text.startsWith(`\ufeff${header.replaceAll(",", ";")}\r\n`)).toBe(true);
  expect(text).toContain(';"a;b";');
});

test("telephones masked on the page are masked in the file", () => {
  for (const text of [
    toCsv([call], { ...manner, masked: true }),
    toNdjson([call], { ...manner, masked: true }),
  ]) {
    expect(text).not.toContain("5511987654321");
    expect(text).toContain("+55 11 9****-4321");
  }
});

test("a number is written as its sender wrote it, and masked as it is displayed", () => {
  const odd = { ...call, their_number: "sip:+5511987654321@203.0.113.7" };
  expect(toCsv([odd], manner)).toContain(",sip:+5511987654321@203.0.113.7,");
  expect(toCsv([odd], { ...manner, masked: true })).toContain(",'+55 11 9****-4321,");
});

test("no field of a masked file holds a number or a document", () => {
  const personal: Call = {
    ...call,
    their_number: "sip:5511987654321@10.0.0.1",
    direction: "from 11987654321",
    code: "CPF 123.456.789-09",
    visits: [sampleVisit({ queue: "(11) 98765-4321" })],
    aggregate_id: "1463669263.30033",
    talks: [talk("5511987654321")],
    recording_url: "https://pbx.example/rec/5511987654321.mp3?cpf=12345678909",
  };
  for (const write of [toCsv, toNdjson]) {
    const text = write([personal], { ...manner, masked: true });
    expect(text).not.toMatch(/98765|123\.?456|456\.?789/);
    expect(text).toContain("1463669263.30033");
    expect(text).toContain("2026-11-25T10:42:07.123-03:00");
    const whole = write([personal], manner);
    expect(whole).toContain("123.456.789-09");
    expect(whole).toContain("/rec/5511987654321.mp3?cpf=12345678909");
  }
});

test.each([
  ["=1+1", "'=1+1"],
  ["+55 11", "'+55 11"],
  ["@x", "'@x"],
  ["-2", "'-2"],
  ['say "hi", please', '"say ""hi"", please"'],
  ["two\nlines", '"two\nlines"'],
])("the code %j is written %j", (code, cell) => {
  expect(toCsv([{ ...call, code }], manner)).toContain(`,${cell},`);
});

test("NDJSON has a line for each call, null for unknown fields and lists of queues and agents", () => {
  const lines = toNdjson([call, { ...call, aggregate_id: "2" }], manner)
    .trimEnd()
    .split("\n");
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    { aggregate_id: "1463669263.30033", answered_at: null, abandoned: true, queues: ["901", "900"] },
    { aggregate_id: "2" },
  ]);
});
