import { signal } from "@preact/signals";
import { readDeliveries } from "./read-deliveries.ts";

const ADMIN_TOKEN = "admin-token";

/** The token is kept for this tab only and is sent in a header only. */
export const adminToken = signal(sessionStorage.getItem(ADMIN_TOKEN));
/** True if the server did not accept the last token. */
export const wrongToken = signal(false);

export function giveAdminToken(token: string): void {
  sessionStorage.setItem(ADMIN_TOKEN, token);
  adminToken.value = token;
  wrongToken.value = false;
}

function forgetAdminToken(): void {
  sessionStorage.removeItem(ADMIN_TOKEN);
  adminToken.value = null;
  wrongToken.value = true;
}

export type RedriveOutcome =
  | "sent"
  | "refused"
  | "dropped"
  | "gone"
  | "unavailable"
  | "token"
  | "origin"
  | "failed";

/** `reason`: the server's description of what is still wrong with the body. */
export type Redriven = { outcome: RedriveOutcome; reason: string | null };

const OUTCOMES: Partial<Record<number, RedriveOutcome>> = {
  200: "sent",
  401: "token",
  403: "origin",
  404: "gone",
  409: "dropped",
  422: "refused",
  503: "unavailable",
};

/** Sends a dead letter again to the step where it failed. Repeating this is safe. */
export async function redrive(id: string): Promise<Redriven> {
  const answer = await post(`/dead-letters/${id}/redrive`);
  const outcome = OUTCOMES[answer?.status ?? 0] ?? "failed";
  if (outcome === "token") forgetAdminToken();
  if (outcome === "sent") readDeliveries();
  return { outcome, reason: outcome === "refused" ? reasonOf(answer!.body) : null };
}

/** Returns null if the server does not answer, or if the token cannot be part of a header. */
async function post(path: string): Promise<{ status: number; body: unknown } | null> {
  try {
    const headers = { Authorization: `Bearer ${adminToken.peek()}` };
    // with credentials, a browser would open its own log-in window after a 401
    const response = await fetch(path, { method: "POST", headers, credentials: "omit" });
    return { status: response.status, body: await response.json().catch(() => null) };
  } catch {
    return null;
  }
}

function reasonOf(body: unknown): string | null {
  const { errors } = (body ?? {}) as { errors?: { path: string; message: string }[] };
  return errors?.map(({ path, message }) => `${path} ${message}`.trim()).join("; ") ?? null;
}

/**
 * The result of many redrives: the count of each outcome, and the first reason. `left` is the number of dead
 * letters that were not tried because of an outcome that ends the redrive.
 */
export type RedrivenAll = {
  counts: Partial<Record<RedriveOutcome, number>>;
  reason: string | null;
  left: number;
};

/** The number of concurrent requests, the same as in the command line. */
const AT_ONCE = 8;
/** The outcomes that end the redrive, because every following dead letter would have the same one. */
const ENDS: readonly RedriveOutcome[] = ["token", "origin"];

export async function redriveAll(
  ids: readonly string[],
  onDone: (count: number) => void,
): Promise<RedrivenAll> {
  const result: RedrivenAll = { counts: {}, reason: null, left: 0 };
  const queue = [...ids];
  let done = 0;
  const worker = async () => {
    for (let id = queue.shift(); id !== undefined; id = queue.shift()) {
      const { outcome, reason } = await redrive(id);
      result.counts[outcome] = (result.counts[outcome] ?? 0) + 1;
      result.reason ??= reason;
      if (ENDS.includes(outcome)) result.left += queue.splice(0).length;
      done += 1;
      onDone(done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, queue.length) }, worker));
  return result;
}
