import { describe, expect, test } from "@jest/globals";
import { foldCall } from "../call/call.ts";
import type { Call } from "../call/folded-call.ts";
import type { Event } from "../event/event.ts";
import { createReadTelephone } from "../telephone/phone-number.ts";
import { isFound } from "./call-filter.ts";
import { readSearch } from "./call-search.ts";

const account = {
  queues: new Map([
    ["900", { name: "Vendas São Paulo" }],
    ["901", { name: "Cobrança" }],
    ["902", { name: null }],
    ["903", { name: "Suporte" }],
  ]),
  readTelephone: createReadTelephone("BR"),
};
const search = (text: string) => readSearch(text, account);

const received = (seconds: number) => new Date(1_750_000_000_000 + seconds * 1_000);
const event = (n: number, body: Record<string, unknown>): Event => ({
  uuid: `u${n}`,
  kind: "call",
  aggregate_id: "1463669263.30033",
  occurred_at: null,
  type: String(body.type),
  received_at: received(n),
  payload: JSON.stringify(body),
});
const numbers = { their_number: "5511999998888", our_number: "0800 729 0722" };
/** Ana answered in queue 900; Beto is on the call now, in queue 901. */
const call: Call = {
  id: 1,
  version: 1,
  ...foldCall([
    event(0, { type: "call.waiting", queue: "900", code: "Order 77", ...numbers }),
    event(1, { type: "actor.entered", actor: "Ana.Lima@example.com" }),
    event(2, { type: "call.waiting", queue: "901" }),
    event(3, { type: "actor.entered", actor: "beto@example.com" }),
  ])!,
};
const finds = (text: string) => isFound(call, { search: search(text) });

describe("a search term finds a call", () => {
  test.each([
    ["its call_id", "1463669263.30033"],
    ["its code", "Order 77"],
    ["the login of the agent who is on it", "beto@example.com"],
    ["the login of an earlier agent, in any case", "ANA.LIMA@EXAMPLE.COM"],
    ["an agent's short name", "ana.lima"],
    ["an agent's short name, in any case", "Beto"],
    ["its queue", "901"],
    ["an earlier queue", "900"],
    ["the name of an earlier queue", "Vendas Sao Paulo"],
    ["the name of its queue", "Cobrança"],
    ["the name of its queue, without accents and in any case", "COBRANCA"],
    ["the whole number", "5511999998888"],
    ["the whole number as people write it", "(11) 99999-8888"],
    ["the number as a trunk writes it", "015 11 99999-8888"],
    ["the number as an exchange writes it", "sip:+5511999998888@203.0.113.7"],
    ["the number without its area code", "99999-8888"],
    ["the last four digits", "8888"],
    ["four digits in the middle", "1999"],
    ["country and area code", "+55 11"],
    ["our number", "0800 729 0722"],
    ["a part of our number", "7290"],
  ])("by %s: %s", (_, text) => expect(finds(text)).toBe(true));

  test.each([
    ["a part of the call_id", "1463669263.3003"],
    ["the code in another case", "order 77"],
    ["a part of an agent's name", "ana"],
    ["the domain of a login", "example.com"],
    ["a queue it is not in", "902"],
    ["the name of a queue it is not in", "Suporte"],
    ["a part of a queue's name", "cob"],
    ["three digits", "888"],
    ["digits that are not in its number", "8899"],
    ["another number", "5521999998888"],
    ["digits with letters among them", "88a88"],
    ["a pattern that would match", ".*"],
    ["the word null", "null"],
  ])("but not by %s: %s", (_, text) => expect(finds(text)).toBe(false));

  test("together with the other fields of a filter", () => {
    expect(isFound(call, { search: search("8888"), state: "WAITING" })).toBe(true);
    expect(isFound(call, { search: search("8888"), state: "NEW" })).toBe(false);
  });
});

test("a number finds the calls of either side by its canonical form", () => {
  const [theirs, ours] = [call.their_number_canonical!, call.our_number_canonical!];
  expect(isFound(call, { number: theirs })).toBe(true);
  expect(isFound(call, { number: ours })).toBe(true);
  expect(isFound(call, { number: "5511999998888" })).toBe(false);
  expect(isFound({ ...call, their_number_canonical: null }, { number: "" })).toBe(false);
});

test("a name that several queues share finds the calls of each", () => {
  const shared = readSearch("  suporte   n1 ", {
    ...account,
    queues: new Map(["903", "904"].map((queue) => [queue, { name: "Suporte N1" }])),
  });
  expect(shared.queues).toEqual(["suporte   n1", "903", "904"]);
});

test.each(["11999998888", "+55 11 99999-8888", "1130001000", "+351912345678"])(
  "a whole number with its area code is not searched for as a part of a number: %s",
  (text) => expect(search(text)).toMatchObject({ number: expect.any(String), digits: null }),
);

test.each(["999998888", "1199999888", "11 9999"])(
  "a number that lacks digits is searched for as a part: %s",
  (text) => expect(search(text).digits).toBe(text.replaceAll(" ", "")),
);

test("more digits than any number has are searched for as text alone", () => {
  expect(search("1".repeat(15)).digits).toBe("1".repeat(15));
  expect(search("1".repeat(16)).digits).toBe(null);
});
