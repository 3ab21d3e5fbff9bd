import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { runs } from "../../../../test/support/long.ts";
import { FOLD_REVISION } from "../call/call.ts";
import { createReadTelephone } from "./phone-number.ts";

const read = createReadTelephone("BR");
const canonical = (value: unknown) => read(value)?.canonical ?? null;

/** https://www.gov.br/anatel/pt-br/regulado/numeracao: area codes of Brazil. */
const AREAS = (
  "11 12 13 14 15 16 17 18 19 21 22 24 27 28 31 32 33 34 35 37 38 41 42 43 44 45 46 47 48 49 51 53 54 55 61 62 63 64 65 66 67 68 69 " +
  "71 73 74 75 77 79 81 82 83 84 85 86 87 88 89 91 92 93 94 95 96 97 98 99"
).split(" ");
const digits = (length: number) =>
  fc.integer({ min: 0, max: 10 ** length - 1 }).map((value) => String(value).padStart(length, "0"));
/** Area code and subscriber. */
const mobile = fc
  .tuple(fc.constantFrom(...AREAS), fc.integer({ min: 6, max: 9 }), digits(7))
  .map(([area, first, rest]) => `${area}9${first}${rest}`);
const landline = fc
  .tuple(fc.constantFrom(...AREAS), fc.integer({ min: 2, max: 5 }), digits(7))
  .map(([area, first, rest]) => `${area}${first}${rest}`);
const number = fc.oneof(mobile, landline);

type Spell = (national: string) => string;
const spellings: Record<string, Spell> = {
  national: (national) => national,
  "55": (national) => `55${national}`,
  "+55": (national) => `+55${national}`,
  "0055": (national) => `0055${national}`,
  "trunk 0": (national) => `0${national}`,
  "carrier 15": (national) => `015${national}`,
  "a carrier of few": (national) => `0 26 ${national}`,
  "trunk 0 after 55": (national) => `+55 (0)${national}`,
  punctuated: (national) => `(${national.slice(0, 2)}) ${national.slice(2, -4)}-${national.slice(-4)}`,
  "punctuated, with +55": (national) =>
    `+55 ${national.slice(0, 2)} ${national.slice(2, -4)}.${national.slice(-4)}`,
  "tel:": (national) => `tel:+55-${national.slice(0, 2)}-${national.slice(2)}`,
  "tel: with a context": (national) => `tel:${national.slice(2)};phone-context=+55${national.slice(0, 2)}`,
  "sip: with host and port": (national) => `sip:+55${national}@203.0.113.7:5060;user=phone`,
  "SIP with a name": (national) => `"Ana" <sip:${national}@pbx.example>`,
  extension: (national) => `${national} ramal 200`,
};

test.each(Object.entries(spellings))(
  "a Brazilian number has one canonical form in the spelling: %s",
  (_name, spell) => {
    fc.assert(
      fc.property(number, (national) => {
        expect(canonical(spell(national))).toBe(`+55${national}`);
      }),
      { numRuns: runs(20) },
    );
  },
);

test("a mobile number without its ninth digit equals the one with it, and no landline number gets one", () => {
  fc.assert(
    fc.property(mobile, landline, (carried, fixed) => {
      const old = carried.slice(0, 2) + carried.slice(3);
      expect([canonical(old), canonical(`55${old}`), canonical(`+55${old}`)]).toEqual(
        Array(3).fill(`+55${carried}`),
      );
      expect(canonical(fixed)).toBe(`+55${fixed}`);
    }),
    { numRuns: runs(50) },
  );
});

test("two numbers never share a canonical form, in any spelling of each", () => {
  const spell = fc.constantFrom(...Object.values(spellings));
  fc.assert(
    fc.property(number, number, spell, spell, (one, other, spellOne, spellOther) => {
      fc.pre(one !== other);
      expect(canonical(spellOne(one))).not.toBe(canonical(spellOther(other)));
    }),
    { numRuns: runs(100) },
  );
});

test("a canonical form is read as itself, and the displayed form is read as the same number", () => {
  fc.assert(
    fc.property(number, (national) => {
      const { canonical: form, display } = read(national)!;
      expect([canonical(form), canonical(display)]).toEqual([form, form]);
    }),
    { numRuns: runs(50) },
  );
});

describe("numbers other than those of subscribers with an area code are read", () => {
  test.each([
    ["0800 123 4567", "+558001234567", "0800 123 4567"],
    ["8001234567", "+558001234567", "0800 123 4567"],
    ["+55 800 123 4567", "+558001234567", "0800 123 4567"],
    ["03001234567", "+553001234567", "0300 123 4567"],
    ["40041234", "+5540041234", "4004-1234"],
    ["3003-1234", "+5530031234", "3003-1234"],
    ["+1 (415) 555-2671", "+14155552671", "+1 415 555 2671"],
    ["0021 1 415 555 2671", "+14155552671", "+1 415 555 2671"],
    ["00351912345678", "+351912345678", "+351 912 345 678"],
    ["30900000", "+5530900000", "3090-0000"],
    ["87654321", "+55987654321", "98765-4321"],
    ["200", "200", "200"],
    ["190", "190", "190"],
    [11987650001, "+5511987650001", "+55 11 98765-0001"],
    ["5532201234", "+555532201234", "+55 55 3220-1234"],
    ["555532201234", "+555532201234", "+55 55 3220-1234"],
  ])("%j", (written, form, display) => {
    expect(read(written)).toEqual({ canonical: form, display });
  });
});

test.each([
  "anonymous",
  "Anonymous",
  "unknown",
  "restricted",
  "private",
  "unavailable",
  "anônimo",
  "n/a",
  "sip:anonymous@anonymous.invalid",
  '"Anonymous" <sip:anonymous@10.0.0.1>',
  "",
  " ",
  "-",
  "0",
  "0000000000",
  "+550000000000",
  "+266696687",
  "266696687",
  "*87",
  "ana2",
  null,
  undefined,
  true,
  {},
  1.5,
  "1".repeat(16),
  "1".repeat(300),
])("a text that is not a number, or a hidden number, is read as null: %j", (written) => {
  expect(read(written)).toBeNull();
});

test("an extension is never the end of a longer number", () => {
  expect(canonical("4321")).not.toBe(canonical("11987654321"));
  expect(canonical("ramal 4321")).toBeNull();
});

test("any text is read as a number or as null, in little time", () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."+05 1()-;@:<>%x9ramal") }));
  fc.assert(
    fc.property(text, (written) => {
      const form = canonical(written);
      if (form !== null) expect(form).toMatch(/^\+?\d{1,15}$/);
    }),
    { numRuns: runs(300) },
  );
  canonical("(".repeat(128) + "+".repeat(128));
});

test("a new version of the library raises the fold's revision, so that all calls are folded again", () => {
  const manifest = readFileSync(join(import.meta.dirname, "../../package.json"), "utf8");
  const version = JSON.parse(manifest).dependencies["libphonenumber-js"];
  expect({ version, revision: FOLD_REVISION }).toEqual({ version: "1.13.16", revision: 4 });
});
