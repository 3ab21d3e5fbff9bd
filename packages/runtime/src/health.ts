import { startDeadline } from "./time/running-time.ts";

export type Check = {
  ok: boolean;
  reason?: string;
  /** True if the service still works although the check is not ok. */
  tolerated?: boolean;
};
export type Health = {
  /** Adds a check of something that the service needs. `check` returns the current state and must not take long. */
  add(name: string, check: () => Check | Promise<Check>): void;
  /** Makes the process not ready, regardless of its checks, because it is stopping. */
  stopping(): void;
  report(): Promise<{ status: "ok" | "unavailable"; checks: Record<string, Check> }>;
};

/** The time after which a check that does not answer has failed. Probes usually time out after a second or two. */
const CHECK_TIMEOUT_MS = 1_000;

export function createHealth(): Health {
  const checks = new Map<string, () => Check | Promise<Check>>();
  return {
    add: (name, check) => checks.set(name, check),
    stopping: () => checks.set("lifecycle", () => ({ ok: false, reason: "stopping" })),
    async report() {
      const entries = await Promise.all(
        [...checks].map(async ([name, check]) => [name, await outcome(check)] as const),
      );
      const status = entries.every(([, { ok, tolerated }]) => ok || tolerated) ? "ok" : "unavailable";
      return { status, checks: Object.fromEntries(entries) };
    },
  };
}

async function outcome(check: () => Check | Promise<Check>): Promise<Check> {
  let cancel = () => {};
  const late = new Promise<Check>((resolve) => {
    cancel = startDeadline(CHECK_TIMEOUT_MS, () => resolve({ ok: false, reason: "does not answer" }));
  });
  try {
    return await Promise.race([check(), late]);
  } catch {
    return { ok: false, reason: "check failed" };
  } finally {
    cancel();
  }
}
