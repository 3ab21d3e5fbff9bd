/** The state of a test file while it runs. */
export type FileOutcome = {
  path: string;
  /** Number of failed tests and hooks so far. */
  failures: number;
  /** The number of directories that were kept for reading. */
  kept: number;
  /** Values that were drawn or chosen for the run, by name. */
  seeds: Record<string, unknown>;
};

type Globals = { fileOutcome?: FileOutcome };

/** The outcome of the file that runs now; undefined outside Jest. */
export const currentOutcome = (): FileOutcome | undefined => (globalThis as Globals).fileOutcome;

/** The events of a file that mean a failure. Each comes before the hooks that close the file's resources. */
const FAILURES = new Set(["test_fn_failure", "hook_failure", "error"]);

/**
 * Creates the outcome of a file and keeps it in the globals of the file's code. Returns the handler of Jest's events,
 * which counts the failures and prints the seeds of a file that failed.
 */
export function beginOutcome(globals: object, path: string): (event: { name: string }) => void {
  const outcome: FileOutcome = { path, failures: 0, kept: 0, seeds: {} };
  (globals as Globals).fileOutcome = outcome;
  return ({ name }) => {
    if (FAILURES.has(name)) outcome.failures += 1;
    if (name !== "run_finish" || outcome.failures === 0 || Object.keys(outcome.seeds).length === 0) return;
    process.stderr.write(`seeds of ${path}: ${JSON.stringify(outcome.seeds)}\n`);
  };
}
