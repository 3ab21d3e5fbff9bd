import { ModernFakeTimers } from "@jest/fake-timers";
import { ModuleMocker } from "jest-mock";
import { beginOutcome } from "./file-outcome.ts";

const mocker = new ModuleMocker(globalThis);
let timers: ModernFakeTimers;

/** The key under which jest-circus looks up the time limit of a test. */
const TIMEOUT = Symbol.for("TEST_TIMEOUT_SYMBOL");

const limits = { setTimeout: (ms: number) => Reflect.set(globalThis, TIMEOUT, ms) };

/**
 * Jest's `jest` with fake functions, fake timers and the time limit. A call returns the result of Jest's
 * parts, not `jest`.
 */
export const jest = new Proxy({} as Record<string, (...args: never[]) => unknown>, {
  get(_target, member) {
    const owner = [limits, mocker, timers].find((each) => member in each);
    const found = owner && Reflect.get(owner, member);
    return typeof found === "function" ? found.bind(owner) : found;
  },
});

type Given = { projectConfig: ConstructorParameters<typeof ModernFakeTimers>[0]["config"] };

/**
 * Runs test files on Node's own globals, which all suites of a process share. The end of a suite removes its
 * fakes and its time limit. It is a class because Jest requires one.
 */
export default class {
  /**
   * A copy of the globals. For each suite Jest sets a console and a guard of `process.exit`, which must not
   * remain.
   */
  readonly global = Object.create(globalThis, { process: { value: Object.create(process) } });

  readonly handleTestEvent: ReturnType<typeof beginOutcome>;

  constructor({ projectConfig }: Given, { testPath }: { testPath: string }) {
    this.handleTestEvent = beginOutcome(globalThis, testPath);
    timers ??= new ModernFakeTimers({ config: projectConfig, global: globalThis });
  }

  getVmContext() {
    return null;
  }

  async setup(): Promise<void> {}

  async teardown(): Promise<void> {
    timers.useRealTimers();
    mocker.restoreAllMocks();
    Reflect.deleteProperty(globalThis, TIMEOUT);
  }
}
