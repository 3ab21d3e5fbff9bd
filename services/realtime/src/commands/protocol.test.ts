import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { account } from "../../testing/sample-calls.ts";
import { commandKey, parseCommand, parseFrame } from "./protocol.ts";

const parse = (event: string, data?: unknown) => parseCommand({ event, data }, account);
const commandOf = (event: string, data?: unknown) => {
  const parsed = parse(event, data);
  if ("refusal" in parsed) throw new Error(parsed.refusal.body);
  return parsed.command;
};
const errorOf = (event: string, data?: unknown) => {
  const parsed = parse(event, data);
  return "refusal" in parsed ? JSON.parse(parsed.refusal.body).data.error : null;
};

describe("a frame", () => {
  test("a frame is an event with or without data", () => {
    expect(parseFrame('{"event":"ListCalls"}')).toEqual({ event: "ListCalls" });
    expect(parseFrame('{"data":{"a":1},"event":"X"}')).toEqual({ event: "X", data: { a: 1 } });
  });

  test.each([
    "",
    "x",
    "null",
    "1",
    '"ListCalls"',
    "[]",
    "{}",
    '{"event":null}',
    '{"event":["ListCalls"]}',
    "{",
  ])("the frame %s is not a message", (text) => expect(parseFrame(text)).toBeNull());

  test("the parser never throws, whatever the frame", () => {
    // any UTF-16; fast-check's unit "binary" first builds a map of a million characters
    const text = fc.uint16Array().map((units) => String.fromCharCode(...units));
    const anything = fc.oneof(text, fc.json());
    fc.assert(fc.property(anything, (text) => void parseFrame(text)));
  });
});

describe("a command", () => {
  test("a command without parameters asks for everything", () => {
    const all = { event: "ListCalls", filter: {}, limit: 10_000, cursor: null };
    for (const data of [
      undefined,
      null,
      {},
      { params: null, limit: null, cursor: null },
      { params: { code: "" } },
    ])
      expect(commandOf("ListCalls", data)).toEqual(all);
  });

  test("a command reads numbers and booleans as text, and an id given as text as a number", () => {
    const params = { queue: 900, code: true, id: "12", actor: "ana", state: "NEW" };
    expect(commandOf("Subscribe", { params, limit: 3 })).toEqual({
      event: "Subscribe",
      filter: { queue: "900", code: "true", id: 12, actor: "ana", state: "NEW" },
      limit: 3,
    });
  });

  test.each(["ListCalls", "Subscribe"])(
    "%s keeps that the client declined `legs`, and refuses any other value",
    (event) => {
      expect(commandOf(event, { legs: false })).toMatchObject({ event, legs: false });
      for (const left of [{}, { legs: null }, { legs: "" }])
        expect(commandOf(event, left)).not.toHaveProperty("legs");
      for (const legs of [true, 0, "false", []])
        expect(errorOf(event, { legs })).toBe("legs must be false, or left out");
      const [plain, declined] = [{}, { legs: false }].map((data) => commandKey(commandOf(event, data)));
      expect(declined).not.toBe(plain);
    },
  );

  test("a command takes a window beside its parameters, in any form of ISO 8601", () => {
    const data = { since: "2026-11-25T07:00:00-03:00", until: "2026-11-25T11:00:00.5Z" };
    const window = { since: new Date("2026-11-25T10:00:00Z"), until: new Date("2026-11-25T11:00:00.500Z") };
    expect(commandOf("ListCalls", data)).toMatchObject({ event: "ListCalls", filter: {}, window });
    expect(commandOf("Subscribe", { params: { queue: 900 }, ...data })).toMatchObject({ window });
    expect(commandOf("Subscribe", { since: data.since, until: "" })).toMatchObject({
      window: { since: window.since },
    });
    const keys = [data, { ...data, since: "2026-11-25T10:00:00Z" }, {}].map((each) =>
      commandKey(commandOf("ListCalls", each)),
    );
    expect(keys[0]).toBe(keys[1]);
    expect(keys[0]).not.toBe(keys[2]);
  });

  test("a command with an empty window equals one without a window", () => {
    expect(Object.keys(commandOf("ListCalls", { since: null, until: "" }))).toEqual([
      "event",
      "filter",
      "limit",
      "cursor",
    ]);
  });

  test.each([
    ["since", { since: "yesterday" }],
    ["since", { since: 1_764_066_000_000 }],
    ["since", { since: "1764066000000" }],
    ["since", { since: "2026-02-30T00:00:00Z" }],
    ["since", { since: "1999-12-31T23:59:59Z" }],
    ["since", { since: { $gt: 0 } }],
    ["since", { since: ["2026-11-25T10:00:00Z"] }],
    ["until", { until: false }],
    ["until", { since: "2026-11-25T10:00:00Z", until: "2026-11-25T07:00:00-03:00" }],
  ])("the error names %s if the window %j is wrong", (field, data) => {
    for (const event of ["ListCalls", "Subscribe"])
      expect(errorOf(event, data)).toMatch(new RegExp(`^${field} must be `));
  });

  test("a command that has no window refuses one", () => {
    const since = "2026-11-25T10:00:00Z";
    expect(errorOf("ListQueues", { since })).toBe("data may hold only minutes");
    expect(errorOf("ListCallEvents", { call_id: "1", since })).toMatch(/^data may hold only/);
    expect(errorOf("ListCalls", { params: { since } })).toMatch(/^params may hold only/);
  });

  test.each(["5511999998888", "(11) 99999-8888", "sip:+5511999998888@203.0.113.7", 5511999998888])(
    "a command asks for a number by its canonical form: %s",
    (number) => {
      for (const event of ["ListCalls", "Subscribe"])
        expect(commandOf(event, { params: { number } })).toMatchObject({
          filter: { number: "+5511999998888" },
        });
      const telephone = { canonical: "+5511999998888", display: "+55 11 99999-8888" };
      expect(commandOf("ShowNumber", { number })).toEqual({ event: "ShowNumber", telephone });
    },
  );

  test.each(["anonymous", "0000", "x".repeat(300)])(
    "a number that is not a telephone number (%s) finds nothing",
    (number) => {
      expect(commandOf("ListCalls", { params: { number } })).toMatchObject({ filter: { number: "" } });
      expect(commandOf("ShowNumber", { number })).toEqual({ event: "ShowNumber", telephone: null });
    },
  );

  test("a command reads a search term by the account's numbers and queues", () => {
    const search = (text: unknown) => commandOf("ListCalls", { params: { search: text, state: "NEW" } });
    expect(search(" VENDAS ")).toMatchObject({
      filter: { state: "NEW", search: { text: "VENDAS", queues: ["VENDAS", "900"], number: null } },
    });
    expect(search(99_998_888)).toMatchObject({ filter: { search: { digits: "99998888" } } });
    expect(commandKey(search(" "))).toBe(commandKey(search(null)));
  });

  test.each([
    ["search", { params: { search: "x".repeat(257) } }],
    ["search", { params: { search: { $regex: ".*" } } }],
    ["search", { params: { search: ["900"] } }],
    ["number", { params: { number: { $ne: null } } }],
  ])("the error names %s if it cannot be read: %j", (field, data) => {
    for (const event of ["ListCalls", "Subscribe"])
      expect(errorOf(event, data)).toMatch(new RegExp(`^${field} must be `));
  });

  test("a command equals another with its parameters in another order", () => {
    const one = commandOf("ListCalls", { params: { queue: "900", state: "NEW" } });
    const other = commandOf("ListCalls", { limit: null, params: { state: "NEW", queue: 900, code: null } });
    expect(commandKey(one)).toBe(commandKey(other));
  });

  test("a call_id that is given as a number is read as text", () => {
    expect(commandOf("ListCallEvents", { call_id: 12.5 })).toMatchObject({ call_id: "12.5", limit: 1_000 });
  });

  test.each([
    ["params", JSON.parse('{"params":{"__proto__":{"state":"NEW"}}}')],
    ["params", { params: { constructor: 1 } }],
    ["params", { params: { $or: [] } }],
    ["params", { params: Buffer.alloc(0) }],
    ["params", { params: false }],
    ["state", { params: { state: "new" } }],
    ["state", { params: { state: 1 } }],
    ["queue", { params: { queue: {} } }],
    ["queue", { params: { queue: [] } }],
    ["id", { params: { id: { $gt: 0 } } }],
    ["id", { params: { id: [1] } }],
    ["limit", { limit: "5" }],
    ["limit", { limit: 1.5 }],
    ["limit", { limit: -1 }],
    ["cursor", { cursor: 5 }],
    ["cursor", { cursor: "" }],
    ["data", JSON.parse('{"__proto__":1}')],
    ["data", { params: {}, state: "NEW" }],
    ["data", "text"],
    ["data", []],
    ["data", true],
  ])("the error names %s if %j is wrong", (field, data) => {
    expect(errorOf("ListCalls", data)).toMatch(new RegExp(`^${field} `));
  });

  test.each(["1; drop", 1.5, 2 ** 53, true])("an impossible id (%j) finds nothing", (id) => {
    expect(commandOf("ListCalls", { params: { id } })).toMatchObject({ filter: { id: Number.NaN } });
  });

  test("a command with a text that no call can contain is accepted", () => {
    const code = "x".repeat(300);
    expect(commandOf("ListCalls", { params: { code } })).toMatchObject({ filter: { code } });
    expect(commandOf("ListCallEvents", { call_id: code })).toMatchObject({ call_id: code });
  });

  test.each([undefined, {}, { call_id: "" }, { call_id: null }, { call_id: true }])(
    "ListCallEvents without a call_id is refused: %j",
    (data) => expect(errorOf("ListCallEvents", data)).toBe("call_id must be a string that is not empty"),
  );

  test("Rewind takes a moment in ISO 8601 or in milliseconds", () => {
    const at = Date.UTC(2026, 10, 24, 13, 42, 7);
    for (const said of [at, "2026-11-24T13:42:07Z", "2026-11-24T10:42:07.000-03:00"])
      expect(commandOf("Rewind", { at: said })).toEqual({ event: "Rewind", at, minutes: null });
    expect(commandOf("Rewind", { at, minutes: 30 })).toMatchObject({ minutes: 30 });
  });

  test.each([
    {},
    { at: null },
    { at: "yesterday" },
    { at: "2026-11-24" },
    { at: "2026-11-24T13:42:07" },
    { at: "2026-13-24T13:42:07Z" },
    { at: "1999-12-31T23:59:59Z" },
    { at: 1_764_000_000 },
    { at: 1_764_000_000_000.5 },
    { at: 1e300 },
    { at: {} },
  ])("Rewind refuses a moment like %j", (data) =>
    expect(errorOf("Rewind", data)).toMatch(/^at must be a moment since 2000/),
  );

  test("ListDeliveries asks for all deliveries, or those of a status and a key", () => {
    const all = { event: "ListDeliveries", status: null, call_id: null, limit: 1_000, cursor: null };
    for (const data of [undefined, {}, { status: "", call_id: null }])
      expect(commandOf("ListDeliveries", data)).toEqual(all);
    const asked = { status: "late", call_id: 12.5, limit: 2 };
    expect(commandOf("ListDeliveries", asked)).toEqual({ ...all, ...asked, call_id: "12.5" });
  });

  test.each(["Late", "__proto__", 1, ["late"], {}])(
    "ListDeliveries refuses an unknown status: %j",
    (status) =>
      expect(errorOf("ListDeliveries", { status })).toBe(
        "status must be one of new, redelivered, late, out-of-order, unknown-type, refused, parked",
      ),
  );

  test.each([undefined, {}, { id: "" }, { id: 1 }, { id: { $ne: 1 } }])(
    "ShowDelivery without an id is refused: %j",
    (data) => expect(errorOf("ShowDelivery", data)).toBe("id must be a string that is not empty"),
  );

  test.each(["", "listcalls", "__proto__", "constructor", "toString", "Welcome", "DataChanged"])(
    "a command named %j is unknown",
    (event) =>
      expect(errorOf(event)).toMatch(
        /^unknown event ".*": use one of ListCalls, ListCallEvents, (\w+, )+Subscribe\w*$/,
      ),
  );

  test("a command with a very long name is answered with a short error", () => {
    const error = errorOf("\u{1F600}".repeat(10_000));
    expect(error.length).toBeLessThan(500);
  });

  test("any command is read or refused without an exception, and a filter holds only text and an id", () => {
    const event = fc.constantFrom(
      "ListCalls",
      "Subscribe",
      "ListCallEvents",
      "ListQueueDay",
      "Rewind",
      "ShowNumber",
      "Other",
    );
    const params = fc.dictionary(
      fc.constantFrom("id", "state", "queue", "code", "number", "search", "__proto__", "$ne"),
      fc.jsonValue(),
    );
    const data = fc.oneof(
      fc.jsonValue(),
      fc.record({ params }),
      fc.record({ call_id: fc.jsonValue() }),
      fc.record({ queue: fc.jsonValue() }),
    );
    fc.assert(
      fc.property(event, data, (name, value) => {
        const parsed = parseCommand({ event: name, data: value }, account);
        if ("refusal" in parsed) return parsed.refusal.status === "Failed";
        if (parsed.command.event === "ListQueueDay") return typeof (parsed.command.queue ?? "") === "string";
        if (!("filter" in parsed.command) && parsed.command.event !== "ListCallEvents") return true;
        if (parsed.command.event === "ListCallEvents") return typeof parsed.command.call_id === "string";
        const { id, search, ...texts } = parsed.command.filter;
        return (
          typeof (id ?? 0) === "number" &&
          typeof (search?.text ?? "") === "string" &&
          Object.values(texts).every((text) => typeof text === "string")
        );
      }),
    );
  });
});
