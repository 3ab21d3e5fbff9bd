import { type Child, untilServing } from "../process/child.ts";
import { tailOf } from "../process/log-file.ts";

/** Resolves once /readyz answers 200. Otherwise rejects with its reason and the end of the log. */
export async function untilReady(child: Child, url: string, limitMs: number): Promise<void> {
  let reason = "it does not answer";
  const isReady = async () => {
    reason = (await reasonOf(url)) ?? "";
    return reason === "";
  };
  await untilServing(child, isReady, { limitMs }).catch((error: Error) => {
    const message = `${error.message} (${reason}); the end of ${child.log}:\n${tailOf(child.log)}`;
    throw new Error(message, { cause: error });
  });
}

/** Returns the failed checks of /readyz, or null if there are none. */
async function reasonOf(url: string): Promise<string | null> {
  try {
    const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) });
    const { checks } = (await answer.json()) as { checks: Record<string, { ok: boolean; reason?: string }> };
    if (answer.ok) return null;
    const failed = Object.entries(checks).filter(([, check]) => !check.ok);
    return failed.map(([name, check]) => `${name}: ${check.reason ?? "not ok"}`).join(", ");
  } catch {
    return "it does not answer";
  }
}
