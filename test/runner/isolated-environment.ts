import { TestEnvironment } from "jest-environment-node";
import { beginOutcome } from "./file-outcome.ts";

/**
 * Node's environment with a VM context for each file. Jest's coverage needs this. It is a class because Jest requires
 * one.
 */
export default class extends TestEnvironment {
  readonly handleTestEvent: ReturnType<typeof beginOutcome>;

  constructor(...given: ConstructorParameters<typeof TestEnvironment>) {
    super(...given);
    this.handleTestEvent = beginOutcome(this.global, given[1].testPath);
  }
}
