import { expect, test } from "@jest/globals";
import { readDryRun, readListQuery } from "./query.ts";

test("a dry run is asked for with true, and not with false or nothing", () => {
  expect([{ dry_run: "true" }, { dry_run: "false" }, {}].map(readDryRun)).toEqual([true, false, false]);
});

const NOT_A_FLAG = ["", "1", "yes", "TRUE", "toString", "constructor", "__proto__", "hasOwnProperty"];

test.each(NOT_A_FLAG)("dry_run=%s is refused: nothing is redriven by a flag that says neither", (dry_run) => {
  expect(() => readDryRun({ dry_run })).toThrow(
    expect.objectContaining({
      status: 400,
      errors: [{ path: "/dry_run", message: "must be true or false" }],
    }),
  );
});

test("a flag given twice is refused", () => {
  expect(() => readDryRun({ dry_run: ["true", "false"] })).toThrow(expect.objectContaining({ status: 400 }));
});

test.each(["toString", "__proto__", "constructor"])("a parameter named %s is none of a listing's", (name) => {
  const query = JSON.parse(`{"${name}":"waiting"}`);
  expect(() => readListQuery(query)).toThrow(expect.objectContaining({ status: 400 }));
});
