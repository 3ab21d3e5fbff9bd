import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { runs } from "../../../../test/support/long.ts";
import { createReadTelephone } from "../telephone/phone-number.ts";
import { findParties, likelihoodOf } from "./parties.ts";

const read = createReadTelephone("BR");
const NUMBER = "+5511987654321";
const numberOf = (key: string) => ({ kind: "number", key }) as const;
const likelihood = (body: unknown, number = NUMBER) =>
  likelihoodOf(findParties(typeof body === "string" ? body : JSON.stringify(body)), numberOf(number));

describe("a person is certainly a party of an event that has the number", () => {
  test.each<[string, unknown]>([
    ["in their_number", { their_number: "5511987654321" }],
    ["in our_number", { our_number: "+5511987654321" }],
    ["in the dialer's number", { type: "dialer.attempt", number: "11987654321" }],
    ["as a JSON number", { their_number: 5511987654321 }],
    ["with a trunk zero", { their_number: "011987654321" }],
    ["with a carrier's code", { their_number: "01511987654321" }],
    ["without its ninth digit", { their_number: "1187654321" }],
    ["as a SIP address", { their_number: '"Ana" <sip:+5511987654321@10.0.0.1>' }],
    ["beside a name", { their_number: "Ana (11) 98765-4321" }],
    ["in full-width digits", { their_number: "１１９８７６５４３２１" }],
    ["under a telephone's name", { data: { telefone: "11987654321" } }],
    ["under a telephone's name in camel case", { data: [{ customerPhone: "11987654321" }] }],
    ["under a telephone's name with an accent and a count", { data: { "Telefône 2": 11987654321 } }],
    ["in a list under a telephone's name", { data: { celulares: ["11911112222", "11987654321"] } }],
    ["in an object under a telephone's name", { data: { phone: { value: "11987654321" } } }],
    [
      "beside another number under a telephone's name",
      { data: { whatsapp: "11 91111-2222 / 11 98765-4321" } },
    ],
    ["divided into two fields", { data: { ddd: "11", numero: "98765-4321" } }],
    [
      "divided into two fields under a telephone's name",
      { data: { phone: { area_code: "011", number: 987654321 } } },
    ],
    ["nested in their_number", { data: { call: { their_number: "11987654321" } } }],
    ["with a plus in free text", { note: "please call +5511987654321 today" }],
    ["with a plus and blanks", { code: "+55 11 98765 4321" }],
    ["with punctuation", { code: "(11) 98765-4321" }],
    ["with a dash", { data: [{ answer: "11 98765-4321, after 10:30" }] }],
    ["with a non-breaking dash", { data: "11\u00a098765\u20114321" }],
    ["behind a word", { data: "tel 11987654321" }],
    ["as a link", { data: "tel:+55-11-98765-4321" }],
    ["in the query of a URL", { url: "https://crm.example/?phone=5511987654321&id=7" }],
    ["in a query, encoded", { url: "https://crm.example/a?q=%2B5511987654321" }],
    ["in a form", { data: "name=Ana&telefone=%2811%29+98765-4321" }],
    ["in a WhatsApp address", { data: "https://wa.me/5511987654321" }],
    ["as an answer to a question", { data: [{ question: "Qual seu telefone?", answer: "11987654321" }] }],
    ["as a named value", { data: [{ name: "customer_phone", value: 11987654321 }] }],
    ["in JSON within a text", { data: JSON.stringify({ a: [{ phone: "11987654321" }] }) }],
    ["as the caller's id", { data: { caller_id: "5511987654321" } }],
    ["in half a body", '{"type":"call.new","their_number":"5511987654321'],
    ["in a body within a record", '\0\0\0\0\u0007x{"their_number":"5511987654321"}\u0002'],
  ])("%s", (_where, body) => expect(likelihood(body)).toBe("certain"));
});

describe("a person is possibly a party of an event that has the digits", () => {
  test.each<[string, unknown]>([
    ["in code", { code: "11987654321" }],
    ["in data, where it may be a CPF", { data: [{ answer: "11987654321" }] }],
    ["in data as a number", { data: { cpf: 11987654321 } }],
    ["with 55 in free text", { anything: { deep: ["café 5511987654321"] } }],
    ["as a nested number, which may be a document's", { document: { number: "11987654321" } }],
    ["as a key", { data: { "11987654321": true } }],
    ["behind a blank", { data: "11 987654321" }],
    ["without the area code", { their_number: "98765-4321" }],
    ["as an agent, whose extension it may be", { actor: "11987654321" }],
    ["as the answer to another question", { data: [{ question: "CPF?", answer: "11987654321" }] }],
    ["in broken text", "not JSON 5511987654321"],
  ])("%s", (_where, body) => expect(likelihood(body)).toBe("possible"));
});

describe("a person is no party of an event that has the digits", () => {
  const landline = "+551733344455";
  test.each<[string, unknown]>([
    ["in call_id", { call_id: "1733344455.77" }],
    ["as the whole call_id", { call_id: "1733344455" }],
    ["in a nested call_id", { data: { parent_call_id: "1733344455" } }],
    ["in timestamp", { timestamp: "1733344455" }],
    ["in timestamp as a number", { timestamp: 1733344455 }],
    ["in a call_id in JSON within a text", { data: '{"call_id":"1733344455","timestamp":1733344455}' }],
    ["in sid", { sid: "1733344455" }],
    ["in another time", { data: { created_at: 1733344455, startTime: "1733344455" } }],
    ["in a URL's path", { url: "https://pbx.example/rec/1733344455.77.mp3" }],
    ["as an id in a URL's query", { url: "https://pbx.example/rec?call=1733344455&id=1733344455" }],
    ["in a call_id within a text", { data: "see 1733344455.77" }],
    ["within more digits", { their_number: "17333444556", number: "91733344455000" }],
    ["in broken JSON as a call_id", '{"call_id":"1733344455.77","timestamp":1733344455,'],
    ["as a punctuated CPF", { data: "173.334.445-50" }],
  ])("%s", (_where, body) => expect(likelihood(body, landline)).toBe("none"));

  test.each(["anonymous", "0800", "2001", "", null, "266696687", "0000000000"])("as %j", (their_number) => {
    const { certain, possible } = findParties(JSON.stringify({ their_number, our_number: "900" }));
    expect([...certain, ...possible]).toEqual([]);
  });

  test("in a CPF or a CNPJ with its punctuation, a card, a date or an address", () => {
    const texts = ["119.876.543-21", "11.987.654/3210-00", "4111 1111 1111 1111", "2026-01-02T10:20:30"];
    for (const text of [...texts, "10.119.87.65", "01310-100", "R$ 11.987.654,32"])
      expect([text, ...findParties(JSON.stringify({ code: text })).certain]).toEqual([text]);
  });
});

test("0800 and foreign numbers are found as they are written", () => {
  expect(likelihood({ our_number: "08001234567" }, "+558001234567")).toBe("certain");
  expect(likelihood({ data: "0800 123 4567" }, "+558001234567")).toBe("certain");
  expect(likelihood({ data: "+1 (415) 555-2671" }, "+14155552671")).toBe("certain");
  expect(likelihood({ their_number: "00351912345678" }, "+351912345678")).toBe("certain");
});

test("the agent is the one that `actor` names, in any JSON form", () => {
  const actor = (body: string) => findParties(body).actor;
  expect(actor('{"actor":"jos\\u00e9"}')).toBe("josé");
  expect(actor('{"actor":2001}')).toBe("2001");
  expect(actor('{"agent":"ana","data":{"actor":"bia"}}')).toBeNull();
  expect(actor('{"actor":"ana","x":')).toBe("ana");
  expect(likelihoodOf(findParties('{"actor":"2001"}'), { kind: "actor", key: "2001" })).toBe("certain");
});

const subscriber = fc
  .tuple(fc.integer({ min: 11, max: 99 }), fc.integer({ min: 0, max: 99_999_999 }))
  .filter(([area]) => area % 10 !== 0)
  .map(([area, rest]) => `${area}9${String(rest).padStart(8, "0")}`);
const field = fc.constantFrom("call_id", "timestamp", "sid", "uuid", "url");
const neutral = fc.constantFrom("code", "answer", "protocol", "cpf", "id", "note");

test("a random number is never certainly a party of a call that does not have it in a telephone field", () => {
  const other = fc.tuple(subscriber, fc.constantFrom("their_number", "our_number", "number"));
  fc.assert(
    fc.property(subscriber, fc.array(other), field, neutral, (digits, others, never, free) => {
      fc.pre(others.every(([one]) => one !== digits));
      const key = read(digits)!.canonical;
      const value = never === "url" ? `https://pbx.example/${digits}/${digits}.mp3?id=${digits}` : digits;
      const named = { ...Object.fromEntries(others.map(([one, name]) => [name, one])), [never]: value };
      expect(likelihood(named, key)).toBe("none");
      const loose = { ...named, actor: digits, data: [{ [free]: digits }], [free]: digits };
      expect(likelihood(loose, key)).not.toBe("certain");
    }),
    { numRuns: runs(300) },
  );
});

test("any text is read without an error, and in little time", () => {
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    fc.string({ unit: fc.constantFrom(...'{}":,+()- 0123456789telfon=&?/.\\'), maxLength: 400 }),
  );
  fc.assert(
    fc.property(text, (body) => {
      const { certain, possible } = findParties(body);
      for (const number of [...certain, ...possible]) expect(number).toMatch(/^\+?\d{8,15}$/);
    }),
    { numRuns: runs(300) },
  );
  findParties(`{"a":"${"1 ".repeat(30_000)}"}`);
  findParties(`{"a":"${"(11) ".repeat(12_000)}"}`);
  findParties(`{"a":"${"phone ".repeat(10_000)}"`);
  findParties('{"'.repeat(30_000));
});

test("a number is found at any depth", () => {
  const deep = (levels: number, inner: string) => `${'{"a":['.repeat(levels)}${inner}${"]}".repeat(levels)}`;
  for (const levels of [10, 70, 5_000])
    expect([levels, likelihood(deep(levels, '{"phone":"11987654321"}'))]).toEqual([levels, "certain"]);
  expect(likelihood(JSON.stringify({ data: deep(5_000, '{"phone":"11987654321"}') }))).toBe("certain");
});
