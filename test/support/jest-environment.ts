import { TestEnvironment } from "jest-environment-node";
import type { FileOutcome } from "./failures.ts";

/** The events of a file that mean a failure. Each comes before the hooks that close the file's resources. */
const FAILURES = new Set(["test_fn_failure", "hook_failure", "error"]);

/**
 * Node's environment, which also counts the failures of a file for its helpers (`failures.ts`) and prints the
 * file's seeds if there are any. It is a class because Jest requires one.
 */
export default class extends TestEnvironment {
  readonly outcome: FileOutcome;

  constructor(...given: ConstructorParameters<typeof TestEnvironment>) {
    super(...given);
    this.outcome = { path: given[1].testPath, failures: 0, seeds: {} };
    Object.assign(this.global, { fileOutcome: this.outcome });
  }

  handleTestEvent({ name }: { name: string }): void {
    const { outcome } = this;
    if (FAILURES.has(name)) outcome.failures += 1;
    if (name !== "run_finish" || outcome.failures === 0 || Object.keys(outcome.seeds).length === 0) return;
    process.stderr.write(`seeds of ${outcome.path}: ${JSON.stringify(outcome.seeds)}\n`);
  }
}
