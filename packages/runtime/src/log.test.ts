import { expect, test } from "@jest/globals";
import { createLog, type Log } from "./log.ts";

const NUMBER = "5511999998888";
const E_MAIL = "ana@example.com";

/** Returns the lines that `act` wrote, as text and parsed. */
function linesOf(act: (log: Log) => void, level = "trace") {
  const text: string[] = [];
  act(createLog("ingest", level, { write: (line) => void text.push(line) }));
  const lines = text.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { text, lines, line: lines[0]! };
}

test("a line is JSON with level, time, service, message and the fields it was given", () => {
  const { text, line } = linesOf((log) =>
    log.info({ topic: "t", partition: 3, partitions: [1, 2] }, "stored"),
  );
  expect(text[0]).toMatch(/^\{.*\}\n$/);
  expect(line).toEqual({
    level: "info",
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    service: "ingest",
    topic: "t",
    partition: 3,
    partitions: [1, 2],
    msg: "stored",
  });
});

test("a field that is not on the allow list never appears, whatever its depth", () => {
  const secret = { their_number: NUMBER, body: { actor: E_MAIL }, payload: NUMBER, call_id: "1463669263.3" };
  const { text } = linesOf((log) => {
    log.info(secret, "as fields");
    log.info({ reason: secret, records: [secret, [secret]] }, "within fields that are allowed");
    log.info({ config: { ...secret, KAFKA_TLS: false } }, "within the settings");
    log.info({ status: { status: { ...secret, topic: "t" } } }, "deeper");
  });
  expect(text).toHaveLength(4);
  for (const value of [NUMBER, E_MAIL, "their_number", "payload", "1463669263.3"])
    expect(text.join("")).not.toContain(value);
  expect(text[2]).toContain('"KAFKA_TLS":false');
  expect(text[3]).toContain('"topic":"t"');
});

test("values are never interpolated into the message", () => {
  const { lines } = linesOf((log) => log.info("call of %s", NUMBER));
  expect(lines[0]!.msg).toBe("call of %s");
});

/** Creates an error like that of the MongoDB driver, with a cause and with additional fields on both. */
function duplicateKey(): Error {
  const quoted = `{ their_number: "${NUMBER}" }`;
  const message = `E11000 duplicate key error collection: teravoz.calls index: n dup key: ${quoted}`;
  const cause = Object.assign(new TypeError(`bad value ${NUMBER}\n    at ${NUMBER} (${E_MAIL}:1:1)`), {
    code: "ERR_BAD",
  });
  return Object.assign(new Error(message, { cause }), {
    name: "MongoServerError",
    code: 11_000,
    keyValue: { their_number: NUMBER },
  });
}

test("an error is logged by name, code, stack and cause, without its message", () => {
  const { text, line } = linesOf((log) => log.error({ err: duplicateKey() }, "batch failed"));
  expect(line.err).toEqual({
    name: "MongoServerError",
    code: 11_000,
    stack: expect.stringMatching(/^\s+at duplicateKey \(.*log\.test\.ts/),
    cause: { name: "TypeError", code: "ERR_BAD", stack: expect.stringMatching(/^\s+at duplicateKey \(/) },
  });
  expect(line.msg).toBe("batch failed");
  for (const part of [NUMBER, E_MAIL, "E11000", "keyValue"]) expect(text[0]).not.toContain(part);
});

test("an error's message becomes neither the message of the line nor another field", () => {
  const { text, lines } = linesOf((log) => {
    log.error(duplicateKey());
    log.error(duplicateKey(), "batch failed");
    log.error({ reason: duplicateKey() }, "batch failed");
    log.error({ err: { nested: duplicateKey(), message: NUMBER } }, "not an error");
  });
  expect(lines.map(({ err }) => (err as { name: string } | undefined)?.name)).toEqual([
    "MongoServerError",
    "MongoServerError",
    undefined,
    "object",
  ]);
  expect(text.join("")).not.toMatch(new RegExp(`${NUMBER}|E11000`));
});

test("a thrown value that is not an error is logged only by its type", () => {
  const { text, lines } = linesOf((log) => {
    for (const err of [NUMBER, { their_number: NUMBER }, null, undefined]) log.error({ err }, "thrown");
  });
  expect(lines.map(({ err }) => err)).toEqual([
    { name: "string" },
    { name: "object" },
    { name: "object" },
    { name: "undefined" },
  ]);
  expect(text.join("")).not.toContain(NUMBER);
});

test("a circular chain of causes is logged up to the limit", () => {
  const error = new Error("one");
  error.cause = new Error("two", { cause: error });
  const { lines } = linesOf((log) => log.error({ err: error }, "failed"));
  expect(JSON.stringify(lines[0]).match(/"cause"/g)).toHaveLength(5);
});

test("line breaks and terminal escapes cannot forge or colour a line", () => {
  const hostile = 'x\r\n{"level":"fatal"}\u001b[31m\u0000\u2028';
  const { text, line } = linesOf((log) => log.info({ path: hostile, name: hostile }, "call seen"));
  expect(text).toHaveLength(1);
  expect(text[0]!.slice(0, -1)).not.toMatch(/[\p{Cc}]/u);
  expect(line.path).toBe(hostile);
});

test("lines below the level are not written", () => {
  expect(linesOf((log) => log.info("quiet"), "warn").text).toEqual([]);
  expect(linesOf((log) => log.fatal("quiet"), "silent").text).toEqual([]);
});
