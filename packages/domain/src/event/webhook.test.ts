import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { runs } from "../../../../test/support/long.ts";
import { eventTypes } from "./catalogue.ts";
import { parseWebhook } from "./webhook.ts";

const received = new Date("2026-01-01T12:00:00Z");
const parse = (body: unknown) =>
  parseWebhook(Buffer.from(typeof body === "string" ? body : JSON.stringify(body)), received);
const accepted = (body: unknown) => {
  const parsed = parse(body);
  if (parsed.outcome !== "accepted") throw new Error(JSON.stringify(parsed));
  return parsed.event;
};
const faults = (body: unknown) => {
  const parsed = parse(body);
  return parsed.outcome === "accepted" ? [] : parsed.faults.map(({ path }) => `${parsed.outcome} ${path}`);
};
const nested = (levels: number) =>
  `{"type":"call.new","call_id":"1","a":${"[".repeat(levels)}${"]".repeat(levels)}}`;

test("an event is kept as it was sent and addressed by its call_id", () => {
  const body =
    '{ "type":"call.new",\n "call_id":"1463669263.30033", "timestamp":"2026-01-01T11:59:59.5Z", "Extra":[1,{}] }';
  expect(accepted(body)).toMatchObject({
    kind: "call",
    aggregate_id: "1463669263.30033",
    type: "call.new",
    occurred_at: new Date("2026-01-01T11:59:59.500Z"),
    received_at: received,
    payload: body,
  });
});

test("every type of the catalogue is accepted with the keys its senders give", () => {
  for (const type of eventTypes)
    expect(accepted({ type, call_id: "1.2", actor: "ana@example.com", code: "7" }).type).toBe(type);
});

test("the call.on-going of an older sender is read as call.ongoing", () => {
  expect(accepted({ type: "call.on-going", call_id: "1" }).type).toBe("call.ongoing");
});

test("a call_id sent as a number is read as it was written, not as a double", () => {
  expect(accepted('{"type":"call.new","call_id":1463669263.30030}').aggregate_id).toBe("1463669263.30030");
  expect(accepted('{"type":"call.new","call_id":12345678901234567890}').aggregate_id).toBe(
    "12345678901234567890",
  );
  expect(accepted('{"call_id":1,"type":"call.new","call_id":2.50}').aggregate_id).toBe("2.50");
});

describe("agent and dialer events", () => {
  test("belong to the actor, else the code, else the number", () => {
    expect(accepted({ type: "actor.paused", actor: "ana", code: "c", number: "200" }).aggregate_id).toBe(
      "ana",
    );
    expect(accepted({ type: "dialer.attempt", actor: "", code: "c", number: "200" }).aggregate_id).toBe("c");
    expect(accepted({ type: "dialer.failure", number: 200 }).aggregate_id).toBe("200");
  });
  test("an agent event with a call_id is still an agent event", () => {
    expect(accepted({ type: "actor.logged-in", call_id: "1", actor: "ana" })).toMatchObject({
      kind: "agent",
    });
  });
  test("a dialer or peer event with a call_id belongs to the call", () => {
    expect(accepted({ type: "dialer.success", call_id: "1", code: "c" })).toMatchObject({
      kind: "call",
      aggregate_id: "1",
    });
    expect(accepted({ type: "peer.ringing", number: "200" })).toMatchObject({
      kind: "agent",
      aggregate_id: "200",
    });
  });
});

test.each([
  ["", "malformed "],
  ["{", "malformed "],
  ["null", "malformed "],
  ["[]", "malformed "],
  ['"text"', "malformed "],
  ["\uFEFF{}", "malformed "],
  [nested(64), "malformed "],
  ["{}", "unprocessable /type"],
  ['{"type":"call.unheard-of","call_id":"1"}', "unprocessable /type"],
  ['{"type":"constructor","call_id":"1"}', "unprocessable /type"],
  ['{"type":["call.new"],"call_id":"1"}', "unprocessable /type"],
  ['{"__proto__":{"type":"call.new","call_id":"1"}}', "unprocessable /type"],
  ['{"type":"call.new"}', "unprocessable /call_id"],
  ['{"type":"call.new","call_id":""}', "unprocessable /call_id"],
  ['{"type":"call.new","call_id":{"$ne":null}}', "unprocessable /call_id"],
  ['{"type":"call.new","call_id":"a\\u0000b"}', "unprocessable /call_id"],
  ['{"type":"call.new","call_id":"\\ud800"}', "unprocessable /call_id"],
  [`{"type":"call.new","call_id":"${"x".repeat(129)}"}`, "unprocessable /call_id"],
  ['{"type":"actor.paused"}', "unprocessable "],
])("%p is refused with the path of the fault", (body, fault) => {
  expect(faults(body)).toEqual([fault]);
});

test("bytes that are not UTF-8 are refused", () => {
  expect(parseWebhook(Uint8Array.of(0x7b, 0xff, 0x7d), received).outcome).toBe("malformed");
});

test("an event is never refused for strange values of other fields", () => {
  const body =
    '{"type":"call.new","call_id":"1","queue":{"a":1e400},"timestamp":[],"__proto__":1,"n":9007199254740993,"n":"\\ud800\\u0000"}';
  expect(accepted(body)).toMatchObject({ payload: body, occurred_at: null });
  expect(accepted(nested(63)).payload).toBe(nested(63));
});

test("parseWebhook returns a result for any bytes and never throws", () => {
  const texts = fc.oneof(
    fc.json(),
    // any UTF-16; fast-check's unit "binary" first builds a map of a million characters
    fc.uint16Array().map((units) => String.fromCharCode(...units)),
    fc.json().map((text) => `{"type":"call.new","call_id":${text}}`),
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }),
    texts.map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(bytes, (body) => {
      const parsed = parseWebhook(body, received);
      if (parsed.outcome === "accepted") expect(Buffer.from(parsed.event.payload)).toEqual(Buffer.from(body));
      else expect(parsed.faults.length).toBeGreaterThan(0);
    }),
    { numRuns: runs(500) },
  );
});
