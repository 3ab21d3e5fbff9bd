import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";
import { addResult, isGreen, type PieceResult } from "./results.ts";

const result = (name: string, failed = 0): PieceResult => ({
  name,
  date: "2026-01-05",
  commit: "abc1234",
  seconds: 60,
  passed: 3,
  failed,
});

test("results are in the order of the pieces, with the last result of each and none of a removed piece", () => {
  const kept = [result("gone"), result("second", 1), result("first")];
  expect(addResult(kept, result("second"), ["first", "second", "third"])).toEqual([
    result("first"),
    result("second"),
  ]);
});

test("a piece that ran no test has not passed", () => {
  expect([result("one"), result("one", 1), { ...result("one"), passed: 0 }].map(isGreen)).toEqual([
    true,
    false,
    false,
  ]);
});

test("the command ends with an error that names an unknown piece", async () => {
  const command = join(import.meta.dirname, "command.ts");
  await expect(
    promisify(execFile)(process.execPath, [command, "--only", "of no name"]),
  ).rejects.toMatchObject({
    stderr: "test:long: no piece is called of no name; --list names all\n",
  });
  // the command is a separate process, which a busy machine starts slowly
}, 60_000);
