import { expect, test } from "@jest/globals";
import { cityOf, formatBody, formatDuration, formatKey, formatLength, maskText } from "./format.ts";

test.each([
  [0, "00:00"],
  [61_999, "01:01"],
  [3_723_000, "1:02:03"],
])("%d ms are %s", (ms, text) => expect(formatDuration(ms)).toBe(text));

test("a masked body hides every number and document, and keeps the fields that distinguish events", () => {
  const body = {
    call_id: "1463669263.30033",
    timestamp: "1539855333",
    their_number: "5511999990000",
    data: [{ cpf: "123.456.789-09", answer: 5511999990000, nps: 10 }],
  };
  const text = formatBody(body, true);
  expect(text).toContain('"call_id": "1463669263.30033"');
  expect(text).toContain('"timestamp": "1539855333"');
  expect(text).toContain('"nps": 10');
  expect(text).not.toMatch(/99999|456|789/);
  expect(JSON.parse(formatBody(body, false))).toEqual(body);
});

test("a masked body hides numbers and documents within texts, in keys and in addresses too", () => {
  const body = {
    note: "call (11) 98765-4321 or +55 11 98765 4321, CPF 123.456.789-09",
    url: "https://pbx.example/rec/5511987654321.mp3",
    "5511987654321": "on 2026-11-25T10:42:07Z or 2026-11-25 10:42, queue 900",
    call_id: "1463669263.30033",
  };
  const text = formatBody(body, true);
  expect(text).not.toMatch(/98765|123\.456|456\.789/);
  expect(text).toContain("on 2026-11-25T10:42:07Z or 2026-11-25 10:42, queue 900");
  expect(text).toContain('"call_id": "1463669263.30033"');
  expect(JSON.parse(formatBody(body, false))).toEqual(body);
});

test.each([
  [2_100, "2,1 s", "2.1 s"],
  [40, "0,04 s", "0.04 s"],
  [59_000, "59 s", "59 s"],
  [720_000, "12 min", "12 min"],
  [3_900_000, "1 h 5 min", "1 hr 5 min"],
  [7_200_000, "2 h", "2 hr"],
])("a length of %d ms is %s, in English %s", (ms, pt, en) => {
  expect(formatLength(ms, "pt-BR")).toBe(pt);
  expect(formatLength(ms, "en")).toBe(en);
});

test.each([
  ["America/Sao_Paulo", "São Paulo"],
  ["America/Argentina/Buenos_Aires", "Buenos Aires"],
  ["UTC", "UTC"],
])("the zone %s is called %s", (zone, city) => expect(cityOf(zone)).toBe(city));

test.each([
  ["5511987654321", "+55 11 9****-4321"],
  ["+5511987654321", "+55 11 9****-4321"],
  ["ana@example.com", "ana@example.com"],
  ["1463669263.30030", "1463669263.30030"],
  ["2001", "2001"],
])("the key %s is masked if it is a telephone number: %s", (key, expected) => {
  expect(formatKey(key, true)).toBe(expected);
});

test("a masked text that is not JSON keeps only the last four digits of long runs of digits", () => {
  expect(maskText("tel 5511987654321, queue 900", true)).toBe("tel *********4321, queue 900");
  expect(maskText("tel 5511987654321", false)).toBe("tel 5511987654321");
});
