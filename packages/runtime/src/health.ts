import { startDeadline } from "./running-time.ts";

export type Check = {
  ok: boolean;
  reason?: string;
  /** Not ok, and yet the service can do its job for now. */
  tolerated?: boolean;
};
export type Health = {
  /** Adds what a service needs to do its job; `check` returns the present state and must not wait long. */
  add(name: string, check: () => Check | Promise<Check>): void;
  /** Not ready any more, whatever the checks say: the process is going away. */
  stopping(): void;
  report(): Promise<{ status: "ok" | "unavailable"; checks: Record<string, Check> }>;
};

/** A check that never answers counts as failed after this long; probes usually give up after a second or two. */
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
