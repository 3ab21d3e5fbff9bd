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

test("a piece that is run again has its last result, in the order of the pieces, without those that are no more", () => {
  const kept = [result("gone"), result("second", 1), result("first")];
  expect(addResult(kept, result("second"), ["first", "second", "third"])).toEqual([
    result("first"),
    result("second"),
  ]);
});

test("a piece in which nothing was run has not passed", () => {
  expect([result("one"), result("one", 1), { ...result("one"), passed: 0 }].map(isGreen)).toEqual([
    true,
    false,
    false,
  ]);
});

test("the command names a piece that there is not", async () => {
  const command = join(import.meta.dirname, "command.ts");
  await expect(
    promisify(execFile)(process.execPath, [command, "--only", "of no name"]),
  ).rejects.toMatchObject({
    stderr: "test:long: no piece is called of no name; --list names all\n",
  });
  // a process of its own: a busy machine takes long to start it
}, 60_000);
