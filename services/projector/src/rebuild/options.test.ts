import { expect, test } from "@jest/globals";
import type { CommanderError } from "commander";
import { createRebuildCommand, type RebuildOptions } from "./options.ts";

const NOW = new Date("2026-06-01T00:00:00Z");

/** The standard error and the exit code if the command refuses the arguments; null if it accepts them. */
function refusalOf(args: string[]): { code: number; said: string } | null {
  let said = "";
  const writeErr = (text: string) => {
    said += text;
  };
  const command = createRebuildCommand(() => NOW).exitOverride();
  try {
    command.configureOutput({ writeErr }).parse(args, { from: "user" });
    return null;
  } catch (error) {
    return { code: (error as CommanderError).exitCode, said };
  }
}

const TAKEN = [
  [],
  ["--dry-run"],
  ["--adopt-rules"],
  ["--adopt-region"],
  ["--until", "2026-01-01T00:00:00Z", "--into", "march"],
  ["--until", "2026-01-01T00:00:00-03:00", "--into", "march_first-2"],
];

test.each(TAKEN.map((args) => [args]))("`rebuild:calls %j` is accepted", (args) => {
  expect(refusalOf(args)).toBeNull();
});

const WRONG: [args: string[], said: string][] = [
  [["--until", "2026-01-01T00:00:00Z"], "--until and --into must be used together"],
  [["--into", "march"], "--until and --into must be used together"],
  [["--until", "2026-01-01", "--into", "march"], "must be a time like"],
  [["--until", "2026-01-01T00:00:00", "--into", "march"], "must be a time like"],
  [["--until", "2026-13-01T00:00:00Z", "--into", "march"], "must be a time like"],
  [["--until", "2026-06-01T00:00:01Z", "--into", "march"], "must not be in the future"],
  [["--until", "2026-01-01T00:00:00Z", "--into", "../calls"], "letters, digits, _ and - only"],
  [["--until", "2026-01-01T00:00:00Z", "--into", "a.part"], "letters, digits, _ and - only"],
  [
    ["--dry-run", "--until", "2026-01-01T00:00:00Z", "--into", "march"],
    "--dry-run cannot be used with --until",
  ],
  [["--adopt-rules", "--dry-run"], "--adopt-rules changes every call"],
  [["--adopt-region", "--dry-run"], "--adopt-rules changes every call"],
  [["--all"], "unknown option"],
];

test.each(WRONG)("`rebuild:calls %j` exits with 1 and names the reason", (args, said) => {
  expect(refusalOf(args)).toEqual({ code: 1, said: expect.stringContaining(said) });
});

test("`rebuild:calls --adopt-region`, the name of earlier releases, adopts all rules", () => {
  const optionsOf = (arg: string) =>
    createRebuildCommand(() => NOW)
      .parse([arg], { from: "user" })
      .opts<RebuildOptions>().adoptRules;
  expect([optionsOf("--adopt-region"), optionsOf("--adopt-rules")]).toEqual([true, true]);
});
