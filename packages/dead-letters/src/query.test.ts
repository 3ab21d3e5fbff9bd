import { expect, test } from "@jest/globals";
import { readDryRun, readListQuery } from "./query.ts";

test("a dry run is requested by dry_run=true, and not by false or a missing parameter", () => {
  expect([{ dry_run: "true" }, { dry_run: "false" }, {}].map(readDryRun)).toEqual([true, false, false]);
});

const NOT_A_FLAG = ["", "1", "yes", "TRUE", "toString", "constructor", "__proto__", "hasOwnProperty"];

test.each(NOT_A_FLAG)("dry_run=%s is refused, because it is neither true nor false", (dry_run) => {
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

test.each(["toString", "__proto__", "constructor"])("a listing refuses a parameter named %s", (name) => {
  const query = JSON.parse(`{"${name}":"waiting"}`);
  expect(() => readListQuery(query)).toThrow(expect.objectContaining({ status: 400 }));
});
