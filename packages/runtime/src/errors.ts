import type { Fault } from "@teravoz/domain";

/** An answer that is not the one that was asked for: a status, what was wrong where, and headers that go with it. */
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

/** The one shape of every error body. */
export const errorBody = (errors: readonly Fault[]) => ({ status: "error", errors });
