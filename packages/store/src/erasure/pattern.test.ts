import { expect, test } from "@jest/globals";
import { createReadTelephone, findParties, likelihoodOf } from "@teravoz/domain";
import fc from "fast-check";
import { runs } from "../../../../test/support/long.ts";
import { patternOf } from "./pattern.ts";

const read = createReadTelephone("BR");

const spellings: ((area: string, exchange: string, line: string) => string)[] = [
  (area, exchange, line) => `${area}${exchange}${line}`,
  (area, exchange, line) => `55${area}${exchange}${line}`,
  (area, exchange, line) => `0${area}${exchange}${line}`,
  (area, exchange, line) => `(${area}) ${exchange}-${line}`,
  (area, exchange, line) => `+55 ${area} ${exchange} ${line}`,
  (area, exchange, line) => `tel:+55-${area}-${exchange}-${line}`,
  (area, exchange, line) => `https://a.example/?phone=%2855%29${area}${exchange}%20-%20${line}`,
  (area, exchange, line) => `${area}\u00a0${exchange}\u2011${line}`,
  (area, exchange, line) => `${area}${exchange.slice(1)}${line}`,
  (_area, exchange, line) => `${exchange}-${line}`,
];

/** Escape characters as PHP does when it writes JSON, and as a sender might to hide a number. */
const escapeWide = (json: string) =>
  json.replace(/[^\0-\x7e]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
const escapeDigits = (json: string) => json.replace(/(?<=er":".*)(?<!%.?)\d/g, (digit) => `\\u003${digit}`);
const widen = (text: string) =>
  text.replace(/(?<!%.?)\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));

test("the pattern of a number matches every body in which the domain finds the number", () => {
  const number = fc.tuple(fc.integer({ min: 11, max: 99 }), fc.integer({ min: 0, max: 99_999_999 }));
  const spell = fc.constantFrom(...spellings);
  const text = fc.constantFrom((json: string) => json, escapeWide, escapeDigits, widen);
  fc.assert(
    fc.property(number, spell, text, ([area, rest], spelt, written) => {
      const digits = String(rest).padStart(8, "0");
      const [exchange, line] = [`9${digits.slice(0, 4)}`, digits.slice(4)];
      const person = { kind: "number", key: read(`${area}${exchange}${line}`)!.canonical } as const;
      const body = written(JSON.stringify({ their_number: spelt(String(area), exchange, line) }));
      fc.pre(likelihoodOf(findParties(body), person) !== "none");
      expect(body).toMatch(new RegExp(patternOf(person)));
    }),
    { numRuns: runs(250) },
  );
});

test("the pattern of an agent matches every body that names any agent", () => {
  const person = { kind: "actor", key: "ana" } as const;
  expect('{"actor" : "jos\\u00e9"}').toMatch(new RegExp(patternOf(person)));
  expect('{"their_number":"5511987654321"}').not.toMatch(new RegExp(patternOf(person)));
});
