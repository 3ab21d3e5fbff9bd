import { afterEach, expect, test } from "@jest/globals";
import { currentOutcome } from "../support/file-outcome.ts";
import NativeEnvironment, { jest } from "./native-environment.ts";

const outcome = currentOutcome();
afterEach(() => void Reflect.set(globalThis, "fileOutcome", outcome));
const open = () =>
  new NativeEnvironment({ projectConfig: { fakeTimers: {} } as never }, { testPath: "a.test.ts" });

test("a suite that leaves the clock and a function faked leaves both real to the next one", async () => {
  const { setTimeout: realTimer, Math: math } = globalThis;
  const { random } = math;
  const environment = open();
  jest.useFakeTimers!();
  jest.spyOn!(...([math, "random"] as never[]));
  expect([setTimeout === realTimer, Math.random === random]).toEqual([false, false]);
  await environment.teardown();
  expect([setTimeout === realTimer, Math.random === random]).toEqual([true, true]);
});

test("the time limit that a suite sets ends with it", async () => {
  const limit = () => Reflect.get(globalThis, Symbol.for("TEST_TIMEOUT_SYMBOL"));
  const environment = open();
  jest.setTimeout!(...([1_234] as never[]));
  expect(limit()).toBe(1_234);
  await environment.teardown();
  expect(limit()).toBeUndefined();
});

test("the console and the guard of process.exit that Jest sets stay out of the globals", () => {
  const { console: real } = globalThis;
  const { exit } = process;
  const { global } = open();
  global.console = {};
  global.process.exit = () => {};
  expect([console === real, process.exit === exit]).toEqual([true, true]);
});
