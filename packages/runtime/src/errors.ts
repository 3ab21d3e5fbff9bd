import type { Fault } from "@teravoz/domain";

/** An error that becomes an HTTP answer: its status, the faults with their paths, and additional headers. */
export class Problem extends Error {
  override name = "Problem";
  readonly status: number;
  readonly errors: readonly Fault[];
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, errors: readonly Fault[], headers: Readonly<Record<string, string>> = {}) {
    super(`HTTP ${status}`);
    this.status = status;
    this.errors = errors;
    this.headers = headers;
  }
}

/** Returns the body of an error answer. All error answers have this shape. */
export const errorBody = (errors: readonly Fault[]) => ({ status: "error", errors });
