import { TestEnvironment } from "jest-environment-node";
import { beginOutcome } from "../support/file-outcome.ts";

/** Node's environment in a VM context of its own, which coverage needs. A class because Jest asks for one. */
export default class extends TestEnvironment {
  readonly handleTestEvent: ReturnType<typeof beginOutcome>;

  constructor(...given: ConstructorParameters<typeof TestEnvironment>) {
    super(...given);
    this.handleTestEvent = beginOutcome(this.global, given[1].testPath);
  }
}
