import { type Fault, OutcomeUnknown, Unavailable } from "@teravoz/domain";
import { Problem } from "@teravoz/runtime";
import { unavailable } from "@teravoz/runtime/http";

export const malformed = (faults: readonly Fault[]) => new Problem(400, faults);
export const unprocessable = (faults: readonly Fault[]) => new Problem(422, faults);
export const tooLarge = (limit: number) =>
  new Problem(413, [{ path: "", message: `the body is larger than ${limit} bytes` }]);
export const unsupported = (message: string) => new Problem(415, [{ path: "", message }]);

/**
 * Turns an expected error of an event into its answer, the only place that does so. Unexpected errors are returned
 * unchanged.
 */
export function toProblem(error: unknown): unknown {
  if (error instanceof OutcomeUnknown)
    return unavailable("it is unknown whether the event is stored: send it again");
  return error instanceof Unavailable ? unavailable("the event is not stored: send it again") : error;
}
