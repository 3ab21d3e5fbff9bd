import { expect, test } from "@jest/globals";
import { createLog } from "@teravoz/runtime";
import { createStatusReader } from "./status-reader.ts";
import type { HeardStatus } from "./statuses.ts";

const record = (text: string, timestamp: number) => ({ key: null, value: Buffer.from(text), timestamp });

function open() {
  const heard: HeardStatus[] = [];
  const lines: string[] = [];
  const decodeStatus = async (value: Buffer) => {
    if (value.toString() === "broken") throw new Error("broken");
    return { instance: value.toString() } as HeardStatus["status"];
  };
  const read = createStatusReader({
    codec: { decodeStatus },
    system: { heard: (records) => void heard.push(...records) },
    log: createLog("test", "warn", { write: (line) => void lines.push(line) }),
  });
  return { heard, lines, read };
}

test("records are passed on in order with the broker's stamp; those that cannot be decoded are skipped and logged", async () => {
  const { heard, lines, read } = open();
  await read([record("one", 1), record("broken", 2), record("two", 3), { ...record("", 4), value: null }]);
  expect(heard).toEqual([
    { status: { instance: "one" }, stamped: 1 },
    { status: { instance: "two" }, stamped: 3 },
  ]);
  expect(lines).toHaveLength(1);
});

test("a day of records does not block other work in the event loop", async () => {
  const { heard, read } = open();
  let turns = 0;
  const turn = () => {
    turns += 1;
    if (heard.length < 5_000) setImmediate(turn);
  };
  setImmediate(turn);
  await read(Array.from({ length: 5_000 }, (_, n) => record(String(n), n)));
  expect(heard).toHaveLength(5_000);
  expect(turns).toBeGreaterThan(5);
});
