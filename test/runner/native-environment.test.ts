import { afterEach, expect, test } from "@jest/globals";
import { currentOutcome } from "./file-outcome.ts";
import NativeEnvironment, { jest } from "./native-environment.ts";

const outcome = currentOutcome();
afterEach(() => void Reflect.set(globalThis, "fileOutcome", outcome));
const open = () =>
  new NativeEnvironment({ projectConfig: { fakeTimers: {} } as never }, { testPath: "a.test.ts" });

test("a faked clock and a faked function of one suite are real again in the next", async () => {
  const { setTimeout: realTimer, Math: math } = globalThis;
  const { random } = math;
  const environment = open();
  jest.useFakeTimers!();
  jest.spyOn!(...([math, "random"] as never[]));
  expect([setTimeout === realTimer, Math.random === random]).toEqual([false, false]);
  await environment.teardown();
  expect([setTimeout === realTimer, Math.random === random]).toEqual([true, true]);
});

test("the time limit of a suite ends with the suite", async () => {
  const limit = () => Reflect.get(globalThis, Symbol.for("TEST_TIMEOUT_SYMBOL"));
  const environment = open();
  jest.setTimeout!(...([1_234] as never[]));
  expect(limit()).toBe(1_234);
  await environment.teardown();
  expect(limit()).toBeUndefined();
});

test("Jest's console and its guard of process.exit do not change the globals", () => {
  const { console: real } = globalThis;
  const { exit } = process;
  const { global } = open();
  global.console = {};
  global.process.exit = () => {};
  expect([console === real, process.exit === exit]).toEqual([true, true]);
});
