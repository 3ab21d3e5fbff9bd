import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { ROOT } from "../open-stack.ts";
import { compileCacheEnv } from "./compile-cache.ts";

test("the compile cache is inside the checkout, in a folder that git ignores", () => {
  const expected = join(ROOT, "node_modules", ".cache", "compile");
  expect(compileCacheEnv({})).toEqual({ NODE_COMPILE_CACHE: expected });
});

test("a compile cache set by the user is kept", () => {
  expect(compileCacheEnv({ NODE_COMPILE_CACHE: "/var/cache/node" })).toEqual({});
});

test("the compile cache is off while coverage is measured, even if one is set", () => {
  const env = { NODE_V8_COVERAGE: "/coverage", NODE_COMPILE_CACHE: "/var/cache/node" };
  expect(compileCacheEnv(env)).toEqual({ NODE_DISABLE_COMPILE_CACHE: "1" });
});
