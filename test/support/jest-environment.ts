import { TestEnvironment } from "jest-environment-node";
import type { FileOutcome } from "./failures.ts";

/** The events of a file that mean a failure; each comes before the hooks that close what the file opened. */
const FAILURES = new Set(["test_fn_failure", "hook_failure", "error"]);

/**
 * Node's environment, which also tells the helpers of a file whether one of its tests has failed (`failures.ts`), and prints
 * the file's seeds if so. A class because Jest asks for one.
 */
export default class extends TestEnvironment {
  readonly outcome: FileOutcome;

  constructor(...given: ConstructorParameters<typeof TestEnvironment>) {
    super(...given);
    this.outcome = { path: given[1].testPath, hasFailed: false, seeds: {} };
    Object.assign(this.global, { fileOutcome: this.outcome });
  }

  handleTestEvent({ name }: { name: string }): void {
    const { outcome } = this;
    if (FAILURES.has(name)) outcome.hasFailed = true;
    if (name !== "run_finish" || !outcome.hasFailed || Object.keys(outcome.seeds).length === 0) return;
    process.stderr.write(`seeds of ${outcome.path}: ${JSON.stringify(outcome.seeds)}\n`);
  }
}
